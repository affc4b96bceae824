// The box for any payload: examples to start from, and a clear word when it is not JSON.
import { element } from "./dom.js";
import { text } from "./preferences.js";
import { newWamid } from "./server.js";

const WHOLE = ["entry", "messages", "statuses", "errors", "metadata", "messaging_product"];

const EXAMPLES = {
  exampleButton: {
    type: "interactive",
    interactive: { type: "button_reply", button_reply: { id: "si", title: "Sí, por favor" } },
  },
  exampleReaction: { type: "reaction", reaction: { message_id: "wamid.…", emoji: "❤️" } },
  exampleAudio: { type: "audio", audio: { id: "sample-audio", mime_type: "audio/ogg; codecs=opus", voice: true } },
  exampleDocument: {
    type: "document",
    document: { id: "sample-document", mime_type: "application/pdf", filename: "pedido.pdf", caption: "Mi pedido" },
  },
  exampleContact: {
    type: "contacts",
    contacts: [{ name: { formatted_name: "Ana Ruiz", first_name: "Ana" }, phones: [{ phone: "+57 300 111 2233" }] }],
  },
  exampleUnknown: { type: "hologram", hologram: { depth: 3 } },
  exampleBatch: {
    messages: ["Hola", "¿Siguen ahí?"].map((body, at) => ({
      from: "{customer}", id: `wamid.{new}${at}`, timestamp: "{now}", type: "text", text: { body },
    })),
  },
};

/** Build the panel's parts; `deliver(payload)` posts it and resolves to ingress's status. */
export function payloadPanel(deliver, close) {
  const problem = element("p", { class: "problem", role: "alert", testid: "payload-error" });
  const box = element("textarea", {
    class: "json", testid: "payload-json", rows: "7", spellcheck: "false", label: "payloadTitle", "data-first": true,
  });
  const names = Object.keys(EXAMPLES);
  const choice = element("select", { testid: "payload-example" },
    ...names.map((name) => element("option", { value: name, text: name })));
  const fill = () => {
    box.value = JSON.stringify(EXAMPLES[choice.value], null, 2);
    problem.textContent = "";
  };
  choice.addEventListener("change", fill);
  fill();
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = await outcome(box.value, deliver);
    if (problem.textContent === "") close();
  };
  return [
    element("p", { class: "faint", text: "payloadHelp" }),
    element("form", { class: "form", on: { submit } },
      element("label", { class: "field" }, element("span", { text: "payloadExample" }), choice),
      box, problem,
      element("button", { type: "submit", class: "button primary", testid: "payload-send", text: "send" })),
  ];
}

/** Deliver what was written; the answer is what to tell, empty when all went well. */
async function outcome(written, deliver) {
  let payload;
  try {
    payload = JSON.parse(written);
  } catch (error) {
    return `${text("payloadNotJson")}: ${error.message}`;
  }
  if (payload === null || typeof payload !== "object" || Array.isArray(payload)) return text("payloadNotObject");
  try {
    const status = await deliver(payload);
    return status === 200 ? "" : `${text("payloadDone")} ${status}`;
  } catch (error) {
    return `${text("wrong")}: ${error.message}`;
  }
}

/** Tell a whole value or webhook from one message. */
export const isWhole = (payload) =>
  "entry" in payload || (!("type" in payload) && WHOLE.some((name) => name in payload));

/** Put this customer, new ids and the present time where an example leaves them open. */
export function filledIn(payload, customer) {
  const written = JSON.stringify(payload)
    .replaceAll("{customer}", customer)
    .replaceAll("{new}", newWamid().slice(6, 30))
    .replaceAll("{now}", String(Math.floor(Date.now() / 1000)));
  return JSON.parse(written);
}
