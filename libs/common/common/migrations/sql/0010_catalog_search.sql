-- What the worker asks the catalog in a turn, each in one statement.
--
-- Both functions bind the store first, so that row-level security holds inside them, and run as
-- the caller.

-- What a store has that answers a question: products, then knowledge, each best first. `words`
-- are letters and digits with bars between them, as catalog.search makes them.
CREATE FUNCTION search_catalog(of_store text, words text, at_most integer)
RETURNS TABLE (kind text, id text, title text, body text, price numeric, currency text,
               has_image boolean, score real)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    question tsquery := to_tsquery('spanish', words);
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    RETURN QUERY
        SELECT 'product', found.product_id, found.name, found.description, found.price,
               found.currency,
               EXISTS (
                   SELECT 1 FROM product_images AS image
                   WHERE image.store_id = of_store AND image.product_id = found.product_id),
               ts_rank(found.search, question) AS rank
        FROM products AS found
        WHERE found.store_id = of_store AND found.available AND found.search @@ question
        ORDER BY rank DESC, found.product_id LIMIT at_most;
    RETURN QUERY
        SELECT 'knowledge', found.knowledge_id, found.title, found.text, NULL::numeric, NULL,
               NULL::boolean, ts_rank(found.search, question) AS rank
        FROM knowledge AS found
        WHERE found.store_id = of_store AND found.search @@ question
        ORDER BY rank DESC, found.knowledge_id LIMIT at_most;
END $$;

-- The pictures of those products that have any, in the order a product shows them.
CREATE FUNCTION pictures_of(of_store text, its_products text[])
RETURNS TABLE (product_id text, url text)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM set_config('mostrador.store_id', of_store, true);
    RETURN QUERY
        SELECT image.product_id, image.url FROM product_images AS image
        WHERE image.store_id = of_store AND image.product_id = ANY (its_products)
        ORDER BY image.product_id, image.place;
END $$;
