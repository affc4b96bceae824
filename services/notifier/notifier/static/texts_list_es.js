// Words of the list: see texts_es.js.

export const es = {
  snoozed: "Pospuestas", search: "Buscar por nombre, número o palabras", searchShort: "Buscar",
  emptySearchHint: "Se busca en nombres, números y palabras de los mensajes: bastan sus comienzos.",
  emptySnoozed: "Nada pospuesto", emptySnoozedHint: "Pospón una conversación desde su menú ⋯ y aparecerá aquí hasta su hora.",
  emptyNarrow: "Ninguna cumple el filtro", emptyNarrowHint: "Hay conversaciones en esta pestaña, pero el filtro las deja fuera.",
  showEvery: "Quitar el filtro", moreFailed: "No cargaron más. Intentar de nuevo",
  ownerFilter: "Filtrar por quién atiende", unreadFilter: "Mostrar solo lo que nadie ha leído", unreadOnly: "Sin leer",
  ownerAny: "Cualquiera atiende", ownerBot: "Atiende el bot", ownerQueue: "En espera", ownerAgent: "Atiende una persona", ownerResolved: "Resueltas",
  alerts: "Avisos cuando alguien espera a una persona", alertsOff: "Avisos apagados: toca para oír y ver cuándo alguien espera",
  alertsOn: "Avisos encendidos: sonido y aviso del escritorio", alertsSoundOnly: "Solo sonido: el navegador no permite avisos del escritorio",
  alertWords: "{name} espera a una persona",
  waitsSince: "Espera a una persona desde hace {span}", windowLeft: "Quedan {span} para escribirle sin plantilla",
  windowOver: "Solo plantilla", windowOverWhole: "Pasaron 24 horas desde su último mensaje: solo se le puede enviar una plantilla",
  snoozedReply: "Hasta que escriba", snoozedReplyWhole: "Pospuesta hasta que el cliente escriba", snoozedUntil: "Pospuesta hasta {time}",
  mark_blocked: "Bloqueado", mark_blocked_whole: "Bloqueado: sus mensajes se guardan, y nadie le responde",
  mark_optedOut: "Sin publicidad", mark_optedOut_whole: "Pidió no recibir publicidad",
  channel_whatsapp: "Por WhatsApp", channel_web: "Por la web",
};
