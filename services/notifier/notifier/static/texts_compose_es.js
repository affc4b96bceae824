// Words of the page: see texts_es.js. Here: what can be done with a conversation, and what is written with.

export const es = {
  moreActs: "Más acciones", conversation: "Conversación",
  act_next: "Conversación siguiente", act_previous: "Conversación anterior", act_nextTab: "Pestaña siguiente",
  act_search: "Buscar en la lista", act_takeOrGive: "Tomar la conversación o devolverla al bot", act_takeOver: "Asignarme",
  act_reopen: "Reabrir y atender", act_assign: "Asignar a…", act_toQueue: "Pasar a la espera", act_giveBack: "Devolver al bot",
  act_giveBackNote: "Devolver al bot con una nota…", act_resolve: "Resolver", act_resolveNext: "Resolver y abrir la siguiente",
  act_snooze: "Posponer…", act_wake: "Dejar de posponer", act_block: "Bloquear al cliente…", act_unblock: "Desbloquear al cliente",
  act_reply: "Escribir una respuesta", act_note: "Escribir una nota privada", act_attach: "Adjuntar archivos",
  act_template: "Elegir una plantilla", act_panel: "Mostrar u ocultar el panel del cliente", act_back: "Volver a la lista",
  act_palette: "Acciones y conversaciones", act_shortcuts: "Atajos de teclado",
  act_sendKey: "Enviar el mensaje", act_newLine: "Empezar otra línea", act_walk: "Recorrer la lista o los mensajes", act_quote: "Responder al mensaje marcado",
  paletteSearch: "Qué quieres hacer, o con quién", assignSearch: "Nombre de quien la atenderá",
  releaseNote: "Nota para el bot y para tus compañeros", releaseNoteHint: "El cliente no la recibe. El bot la tiene en cuenta hasta que termine la ventana.",
  snooze_reply: "Hasta que el cliente escriba", snooze_hour: "Durante una hora", snooze_tomorrow: "Hasta mañana a las 8:00",
  snooze_week: "Hasta el lunes a las 8:00", snooze_other: "Hasta otro momento", snoozeGo: "Posponer",
  blockTitle: "¿Bloquear a {name}?", blockWords: "Sus mensajes se guardan, pero nadie le responde ni recibe avisos. Puedes desbloquearlo después.",
  fault_agent_not_found: "Esa persona ya no atiende esta tienda.", fault_contact_blocked: "Este cliente está bloqueado.",
  fault_opted_out: "Este cliente pidió no recibir promociones.",
};
