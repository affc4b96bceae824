// The row of phones, and its place in the address of the page.
import { Phone } from "./phone.js";

const MOST = 12;

export class Phones {
  constructor(root, stores) {
    this.root = root;
    this.stores = stores;
    this.phones = [];
    const asked = readAddress(location.search).filter(({ storeId }) => this.has(storeId)).slice(0, MOST);
    (asked.length ? asked : [this.fresh()]).forEach((each) => this.put(each));
    if (matchMedia("(pointer: fine)").matches) this.phones[0].focus();
    this.write();
  }

  add() {
    if (this.phones.length >= MOST) return;
    const phone = this.put(this.fresh());
    this.write();
    phone.root.scrollIntoView({ block: "nearest", behavior: "smooth" });
    phone.focus();
  }

  put({ storeId, customer }) {
    const phone = new Phone({
      storeId, customer, stores: this.stores, changed: () => this.write(), removed: () => this.remove(phone),
    });
    this.phones.push(phone);
    this.root.append(phone.root);
    this.mark();
    return phone;
  }

  remove(phone) {
    phone.close();
    this.phones = this.phones.filter((each) => each !== phone);
    this.mark();
    this.write();
    this.phones.at(-1)?.focus();
  }

  mark() {
    this.root.dataset.count = String(this.phones.length);
  }

  /** Choose another store than the last phone's, and a number nobody has written from. */
  fresh() {
    const last = this.stores.findIndex((each) => each.id === this.phones.at(-1)?.storeId);
    const digits = crypto.getRandomValues(new Uint32Array(1))[0] % 10_000_000;
    return { storeId: this.stores[(last + 1) % this.stores.length].id, customer: `57300${String(digits).padStart(7, "0")}` };
  }

  has(storeId) {
    return this.stores.some((each) => each.id === storeId);
  }

  write() {
    const named = this.phones.map((each) => `${each.storeId}:${each.customer}`).join(",");
    history.replaceState(null, "", `?phones=${named}`);
  }
}

function readAddress(search) {
  const named = new URLSearchParams(search).get("phones") ?? "";
  return named.split(",").map((each) => /^(.+):(\d{7,15})$/.exec(each)).filter(Boolean)
    .map(([, storeId, customer]) => ({ storeId, customer }));
}
