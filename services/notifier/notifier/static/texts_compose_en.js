// Words of the page: see texts_en.js.

export const en = {};
