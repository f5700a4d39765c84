// Runs that come as lines of JSON on standard input, `{id, file, args}`, and are answered on standard output in any order.
const readline = require('node:readline');

const answer = (line, run) => {
  const { id, file, args } = JSON.parse(line);
  const write = (said) => process.stdout.write(`${JSON.stringify({ id, ...said })}\n`);
  Promise.resolve()
    .then(() => run(file, args))
    .then((value) => write({ value: value ?? null }), (error) => write({ error: String(error.stack ?? error) }));
};

module.exports = (run) => {
  readline.createInterface({ input: process.stdin }).on('line', (line) => answer(line, run));
};
