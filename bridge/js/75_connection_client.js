// The client of the run's connection: the host holds it, unless makeApiClient gave functions; then it is made here and stays here.
const settleRenewal = { __proto__: null, resolve: (value) => value, reject: (value) => failWith(value) };

// `maker` says where makeApiClient is, and what it receives.
const makeConnectionClient = async (maker) => {
  const make = core.loadMethod(maker.module, maker.exports);
  const label = `What ${maker.module} gave`;
  const holder = { __proto__: null, client: null, renewal: null };

  const remake = async () => {
    const answer = await core.call("apiClient.renew", null, settleRenewal);
    if (answer === null) return null;
    holder.client = hookedClient(optionsOf(await make(answer.arguments)), label, undefined);
    return holder.client;
  };
  const renew = (expired) => {
    if (holder.client !== expired) return holder.client;
    holder.renewal ??= remake();
    return holder.renewal;
  };

  const made = await make(maker.arguments);
  if (hasVerbs(made)) return made;
  holder.client = hookedClient(optionsOf(made), label, renew);
  return frozenClient(() => holder.client);
};

// In a run of makeApiClient itself: its value as data, or that it holds functions and must be made where they are used.
const describeMade = (made) => {
  if (hasVerbs(made)) return { functions: true };
  const options = unwrapped(optionsOf(made));
  if (!isObject(options)) return { options };
  return hasHooks(options) ? { functions: true } : { options: configOf(options, "The client") };
};
