DROP TRIGGER template_list_of_a_new_store ON stores;
DROP TRIGGER template_list_of_a_changed_store ON stores;
DROP FUNCTION follow_template_account, ask_for_templates, claim_template_list, keep_templates,
    put_off_templates;
DROP INDEX template_lists_due;
ALTER TABLE template_lists
    DROP COLUMN asked, DROP COLUMN not_before, DROP COLUMN failures, DROP COLUMN fence;
