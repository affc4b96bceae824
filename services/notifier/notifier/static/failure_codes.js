// Which rule of the error table a code belongs to. A contract test compares this with the table itself,
// common/send_errors/errors.toml; [from, to] stands for every code between. Pure.

const RULES = {
  token: [0, 190],
  permission: [3, 10, [200, 299], 131005],
  app_rate: [4],
  account_rate: [80007],
  number_rate: [130429],
  pair_rate: [131056],
  spam: [131048],
  locked: [368, 131031],
  payment: [131042],
  number: [33, 131037, 131045, 133010],
  maintenance: [131057, 2494100],
  unavailable: [2, 131016, 133004],
  generic_limit: [429],
  not_connected: ["not_connected"],
  unknown_failure: [131000],
  unknown_call: [1],
  server_fault: ["server_fault"],
  template_waits: [134101],
  window: [131047],
  unreachable: [131026],
  needs_phone: [131062],
  marketing: [130472, 131049, 131050],
  country: [130497],
  own_number: [131021],
  media: [131053],
  inbound_media: [131052],
  our_request: [100, 131008, 131009, 131051, 135000],
  template: [131055, [132000, 132999], 134100, 134102],
  not_in_the_table: ["not_in_the_table"],
};

const covers = (each, code) =>
  (Array.isArray(each) ? each[0] <= Number(code) && Number(code) <= each[1] : String(each) === String(code));

/** Name the rule of a code; null when no rule has it. */
export function ruleOf(code) {
  const found = Object.entries(RULES).find(([, codes]) => codes.some((each) => covers(each, code)));
  return found ? found[0] : null;
}
