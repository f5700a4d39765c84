// Calls out of the isolate. They gather in an outbox that the host empties once a turn; their answers come together too.
const pending = new Map();
const outbox = list();
let outboxLength = 0;
let nextCall = 1;

const enqueue = (operation, payloadText, site, settlers) => {
  const id = nextCall++;
  MapSet(pending, id, settlers);
  const text = `{"id":${id},"operation":${quote(operation)},"site":${quote(placeOf(site))},"payload":${payloadText}}`;
  outboxLength += text.length;
  push(outbox, text);
  return id;
};

// The frames of the place that made the call: an error made while answers arrive would only show the host's.
const withFramesOf = (error, site) => {
  if (error instanceof NativeError) {
    const stack = `${textOf(read(error, "name"))}: ${messageOf(error)}${framesOf(site)}`;
    ReflectDefineProperty(error, "stack", { __proto__: null, value: stack, writable: true, configurable: true });
  }
  return error;
};

const never = new NativePromise(() => {});

const call = (operation, payload, settle) => {
  const text = stringify(payload, "payload");
  const length = utf8Length(text, limits.callBytes);
  if (length > limits.callBytes) breach("call_size", `One call out of the method is ${length} bytes long`, length);
  if (breached !== null) return never;
  const site = takeSite(call);
  return new NativePromise((resolve, reject) => {
    enqueue(operation, text, site, {
      __proto__: null,
      resolve: (value, body) => resolve(settle.resolve(value, body)),
      reject: (value) => reject(withFramesOf(settle.reject(value), site)),
      kind: operation,
      site,
    });
  });
};

// `header` is JSON text: [[id, ok, value, whether a text stands beside it], ...]; `texts` are those texts in order.
const deliver = (header, texts) => {
  const replies = JSONParse(header);
  let nextText = 0;
  for (let i = 0; i < replies.length; i++) {
    const reply = replies[i];
    const text = reply[3] ? texts[nextText++] : undefined;
    settleOne(MapGet(pending, reply[0]), reply, text);
  }
};

const settleOne = (settlers, reply, text) => {
  if (settlers === undefined) return; // cleared by the method meanwhile
  MapDelete(pending, reply[0]);
  try {
    if (reply[1]) settlers.resolve(reply[2], text);
    else settlers.reject(reply[2]);
  } catch (error) {
    settlers.reject(error);
  }
};

const TURN_LENGTH = 1 << 20;

// The waiting calls as JSON text, as many as one turn may carry.
const takeCalls = () => {
  let text = "";
  let taken = 0;
  while (taken < outbox.length && (taken === 0 || text.length + outbox[taken].length < TURN_LENGTH)) {
    text += (taken === 0 ? "" : ",") + outbox[taken];
    taken++;
  }
  const left = list();
  for (let i = taken; i < outbox.length; i++) push(left, outbox[i]);
  outbox.length = 0;
  for (let i = 0; i < left.length; i++) push(outbox, left[i]);
  return text;
};
