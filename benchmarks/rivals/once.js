// One run in a process of its own: `node once.js FILE BASE_URI ARGUMENTS` prints what the method gives.
const { connect } = require('./api_client.js');

const [file, baseUri, text] = process.argv.slice(2);
const values = JSON.parse(text);
Object.defineProperty(values, 'apiClient', { get: () => connect(baseUri) });
Promise.resolve(require(file)(values)).then((value) => process.stdout.write(JSON.stringify(value ?? null)));
