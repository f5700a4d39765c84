// Runs of methods in this process, without a sandbox: `node warm.js BASE_URI`.
const { connect } = require('./api_client.js');
const serve = require('./lines.js');

const apiClient = connect(process.argv[2]);
serve((file, args) => require(file)({ ...args, apiClient }));
