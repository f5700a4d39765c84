// The library that shows values: half of what util takes to load, and most methods want the rest of it.
let inspection;

module.exports = () => (inspection ??= require("node-inspect-extracted"));
