// The dialog that sends a product: searched in the store's catalog, shown as the customer will get it.

import * as api from "./api_compose.js";
import { store } from "./actions.js";
import { chooseFrom } from "./choosing.js";
import { sendProduct } from "./commands.js";
import { openDialog } from "./dialogs.js";
import { byId, icon, make } from "./dom.js";
import { goOnWith } from "./going_on.js";
import { isNoting } from "./note_mode.js";
import { mayDo } from "./rights.js";
import { lockOf } from "./state.js";
import { say } from "./texts.js";
import { plain, refusal } from "./words.js";

const { get } = store;

/** Hear the button beside the composer. */
export function installProducts() {
  byId("use-product").append(icon("product", 20));
  byId("use-product").addEventListener("click", chooseProduct);
  store.listen((state) => {
    byId("use-product").hidden = !mayDo(state, "read_catalog");
    byId("use-product").disabled = !maySend(state);
  });
}

/** Can a product be sent now? A note has none. */
export const maySend = (state) =>
  Boolean(state.openId) && mayDo(state, "read_catalog") && !isNoting(state) && lockOf(state, state.sessions[state.openId]) === null;

/** Open the dialog; what is chosen goes at once to the conversation it was opened for. */
export function chooseProduct() {
  const { language, storeId, openId } = get();
  const place = make("div", { class: "dialog-body" });
  const hint = make("p", { class: "small muted" }, say(language, "productHint"));
  const dialog = openDialog(language, { title: say(language, "productsTitle"), testId: "products", kind: "large" }, place, hint);
  let asked = "";
  chooseFrom(place, {
    label: say(language, "productSearch"), isSlow: true, loading: say(language, "loading"), testId: "product-search",
    empty: (fault) => (fault ? refusal(language, fault) : say(language, asked ? "productNone" : "productsEmpty")),
    find: async (words) => {
      asked = words.trim();
      return (await api.goods(storeId, asked)).map((each) => row(language, each));
    },
    onChosen: ({ product }) => goOnWith(dialog, openId, () => { sendProduct(product); }),
  });
}

const row = (language, product) => ({
  key: product.id, words: plain(product.name), picture: product.picture, product, isDisabled: !product.available,
  more: [product.price || say(language, "productNoPrice"), product.picture_problem && say(language, "productPictureBad")].filter(Boolean).join(" · "),
  side: say(language, product.available ? "productIn" : "productGone"),
});
