// The simulator's routes. Every failure becomes an Error with a message for a person.

export const getStores = async () => (await ask("GET", "/sim/stores")).stores;
export const getConsole = async () => (await ask("GET", "/sim/addresses")).console;
export const getThread = (phone) => ask("GET", `${pathOf(phone)}/thread`);
export const getFaults = async () => (await ask("GET", "/sim/faults")).faults;
export const armFault = (fault) => ask("POST", "/sim/faults", fault);
export const clearFaults = () => ask("DELETE", "/sim/faults");

/** Write as a customer; `status` of the answer is ingress's, 0 when it was not reached. */
export const post = ({ storeId, customer }, message) =>
  ask("POST", `/sim/${encodeURIComponent(storeId)}/messages`, { from: customer, ...message });

export async function upload(file) {
  return read(await fetch("/sim/media", { method: "POST", body: file }));
}

export function newWamid() {
  const bytes = crypto.getRandomValues(new Uint8Array(30));
  return `wamid.${btoa(String.fromCharCode(...bytes))}`;
}

function pathOf({ storeId, customer }) {
  return `/sim/${encodeURIComponent(storeId)}/phones/${encodeURIComponent(customer)}`;
}

async function ask(method, path, body) {
  const options = { method, cache: "no-store" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  return read(await fetch(path, options));
}

async function read(response) {
  const body = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.error?.message ?? `HTTP ${response.status}`);
  return body;
}
