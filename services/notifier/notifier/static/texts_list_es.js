// Words of the page: see texts_es.js.

export const es = {};
