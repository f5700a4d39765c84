// Copies the pages that V8 changes first, in a worker that waits for its run. It asks the host for nothing and leaves nothing.
(async () => JSON.stringify(JSON.parse('{"text":[1]}')))();
