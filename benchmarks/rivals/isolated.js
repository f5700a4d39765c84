// Runs of methods in a fresh isolate each: `node --no-node-snapshot isolated.js BASE_URI`.
const fs = require('node:fs');
const ivm = require('isolated-vm');
const { connect } = require('./api_client.js');
const serve = require('./lines.js');

const client = connect(process.argv[2]);
const get = new ivm.Reference(async (path) => JSON.stringify(await client.get(path)));
const prelude = fs.readFileSync(`${__dirname}/isolated_prelude.js`, 'utf8');
const methods = new Map();

const textOf = (file) => {
  if (!methods.has(file)) methods.set(file, fs.readFileSync(file, 'utf8'));
  return methods.get(file);
};

serve(async (file, args) => {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  try {
    const context = await isolate.createContext();
    await context.evalClosure(prelude, [get]);
    await context.eval(textOf(file));
    return JSON.parse(await context.evalClosure('return run($0)', [JSON.stringify(args)], { result: { promise: true, copy: true } }));
  } finally {
    isolate.dispose();
  }
});
