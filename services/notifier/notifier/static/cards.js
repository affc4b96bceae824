// What a message holds that is neither words nor a file: places, cards, baskets, choices.

import { make } from "./dom.js";
import { faultOf, undelivered } from "./kinds.js";
import { has, say } from "./texts.js";
import { money, number, plain } from "./words.js";

const line = (words, more = {}) => (words ? make("p", { dir: "auto", ...more }, plain(String(words))) : null);
const small = (words) => line(words, { class: "small muted" });

/** Make a link out of the page; null for what is no address of the web. */
export function link(address, words) {
  if (!/^https?:\/\//i.test(address ?? "")) return null;
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, words);
}

export function drawLocation(language, { details }) {
  const { latitude, longitude, name, address, url } = details;
  const isPlace = Number.isFinite(latitude) && Number.isFinite(longitude);
  const coordinates = isPlace ? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` : "";
  const wanted = isPlace ? `${latitude},${longitude}` : plain([name, address].filter(Boolean).join(", "));
  const map = wanted ? `https://www.google.com/maps/search/?api=1&query=${encodeURIComponent(wanted)}` : null;
  return [make("div", { class: "thing", "data-testid": "location" },
    make("strong", {}, plain(name ?? "") || say(language, "kind_location")), line(address), small(coordinates),
    make("p", { class: "links" }, link(map, say(language, "seeMap")), link(url, say(language, "placePage"))))];
}

export function drawContacts(language, { details }) {
  const cards = (details.contacts ?? []).map((card) => make("div", { class: "thing", "data-testid": "contact-card" },
    make("strong", { dir: "auto" }, plain(card.name ?? "") || say(language, "cardNoName")), small(card.organization),
    ...(card.phones ?? []).map((phone) => line(/^\d+$/.test(phone) ? number(phone) : phone)),
    ...(card.emails ?? []).map((address) => line(address))));
  return [...cards, leftOut(language, details)].filter(Boolean);
}

const leftOut = (language, { left_out: count, cut }) =>
  small(count ? say(language, "andMore", { count }) : cut ? say(language, "cutShort") : "");

/** Say how something was chosen, and what; a filled form has its answers as lines for the bot, as a table for people. */
export function drawChoice(language, message) {
  return message.role === "user" ? drawChosen(language, message) : drawOffer(language, message);
}

/** Show what we let the customer choose from: buttons, or a list and what it holds. */
function drawOffer(language, { details: { buttons = [], button, sections = [] } }) {
  const rows = sections.flatMap((section) => section.rows ?? []);
  const chips = [...buttons.map(({ title }) => title), button ? `☰ ${button}` : ""].filter(Boolean);
  return [
    chips.length ? make("ul", { class: "chips", "data-testid": "chips" }, ...chips.map((title) => make("li", { dir: "auto" }, plain(title)))) : null,
    rows.length ? make("ul", { class: "choices" }, ...rows.map(({ title, description }) =>
      make("li", { dir: "auto" }, plain([title, description].filter(Boolean).join(" · "))))) : null,
  ].filter(Boolean);
}

function drawChosen(language, { kind, content, details }) {
  const { type, description, answers } = details.choice ?? { type: kind };
  const key = has(language, `choice_${type}`) ? `choice_${type}` : "choice_other";
  const filled = Object.entries(answers ?? {}).filter(([name]) => name !== "flow_token");
  const table = filled.length ? make("table", { class: "answers", "data-testid": "answers" }, ...filled.map(([name, answer]) =>
    make("tr", {}, make("th", { scope: "row", dir: "auto" }, plain(name)), make("td", { dir: "auto" }, inWords(language, answer))))) : null;
  const payload = details.payload && details.payload !== content ? details.payload : "";
  const words = table || !Object.keys(details).length ? null : line(content);
  return [make("span", { class: "how" }, `☑️ ${say(language, key)}`), table, words, small(description || payload), leftOut(language, details)].filter(Boolean);
}

function inWords(language, answer) {
  if (typeof answer === "boolean") return say(language, answer ? "yes" : "no");
  if (Array.isArray(answer)) return answer.map((each) => inWords(language, each)).join(", ");
  if (answer && typeof answer === "object") {
    return Object.entries(answer).map(([name, each]) => `${plain(name)}: ${inWords(language, each)}`).join(", ");
  }
  return plain(String(answer ?? ""));
}

export const drawTemplate = (language) => [make("span", { class: "how" }, say(language, "kind_template"))];

export function drawOrder(language, { details }) {
  const items = details.items ?? [];
  if (!items.length) return [line(`${say(language, "kind_order")}`), line(details.note)].filter(Boolean);
  const head = ["orderItem", "orderCount", "orderPrice"].map((key) => make("th", { scope: "col" }, say(language, key)));
  const rows = items.map(({ product_id: id, quantity, price, currency }) => make("tr", {},
    make("td", { dir: "auto" }, plain(id ?? "")), make("td", {}, String(quantity ?? "")),
    make("td", {}, Number.isFinite(price) ? money(language, price, currency) : "")));
  const table = make("table", { class: "order", "data-testid": "order" },
    make("caption", {}, say(language, "kind_order")), make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows, total(language, items)));
  const hasPrices = items.some(({ price }) => Number.isFinite(price));
  return [table, leftOut(language, details), line(details.note), hasPrices ? small(say(language, "orderPrices")) : null].filter(Boolean);
}

/** Add the lines up where all of them have a price, in one currency. */
function total(language, items) {
  const currency = items[0]?.currency;
  const isWhole = items.length > 1 && items.every((item) =>
    Number.isFinite(item.price) && Number.isFinite(item.quantity) && item.currency === currency);
  if (!isWhole) return null;
  const sum = items.reduce((amount, { price, quantity }) => amount + price * quantity, 0);
  return make("tr", { class: "total" }, make("th", { scope: "row", colspan: 2 }, say(language, "orderTotal")), make("td", {}, money(language, sum, currency)));
}

export function drawUnsupported(language, { details }) {
  const [words, ...errors] = undelivered(language, details);
  return [make("div", { class: "thing undelivered" },
    line(`⚠️ ${words}`), ...errors.map(small), details.type === "own_number" ? null : small(say(language, "notDeliveredHint")))];
}

/** What stands above a message: where it came from and by which road. */
export function drawMarks(language, { kind, details = {}, role, revoked }) {
  if (revoked) return [];
  const { forwarded, group_id: group, phone_app: app, referral, referred_product: product, errors } = details;
  return [
    app ? mark(say(language, "phoneApp", { name: typeof app === "string" && app ? plain(app) : "WhatsApp Business" })) : null,
    forwarded && role === "user" ? mark(say(language, forwarded === "often" ? "forwarded_often" : "forwarded_once")) : null,
    group ? mark(say(language, "inGroup")) : null,
    product ? mark(say(language, "aboutProduct", { product: plain(product.product_id ?? "") })) : null,
    referral ? drawReferral(language, referral) : null,
    ...(kind === "unsupported" ? [] : (errors ?? []).map((error) => mark(`⚠️ ${faultOf(error)}`))),
  ].filter(Boolean);
}

const mark = (words) => make("span", { class: "mark" }, words);

function drawReferral(language, { source_url: address, source_type: type, headline, body }) {
  const words = say(language, type === "post" ? "fromPost" : "fromAd");
  const title = plain(headline || "") || address;
  return make("div", { class: "referral", "data-testid": "referral" }, make("span", { class: "mark" }, words),
    title ? make("p", { dir: "auto" }, link(address, title) ?? plain(title)) : null, small(body));
}
