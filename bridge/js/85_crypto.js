// crypto.subtle, which the application carries out: `data` is what holds bytes, or null.
core.offerToLibraries("subtle", (operation, payload, data, settle) =>
  core.call(`crypto.${operation}`, payload, settle, data === null ? null : core.copyBytes(data)),
);
