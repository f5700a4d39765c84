// Math.random: xoshiro128** (Blackman and Vigna) from a seed of the run, which tells nothing of the one that `crypto` has.
const { imul } = Math;
const randomState = new NativeUint32Array(4);

// `seed` is a list of four integers of 32 bits.
const seedRandom = (seed) => {
  for (let i = 0; i < 4; i++) randomState[i] = seed[i];
};

const nextRandom = () => {
  const second = randomState[1];
  const multiplied = imul(second, 5);
  const result = imul((multiplied << 7) | (multiplied >>> 25), 9);
  randomState[2] ^= randomState[0];
  randomState[3] ^= second;
  randomState[1] ^= randomState[2];
  randomState[0] ^= randomState[3];
  randomState[2] ^= second << 9;
  randomState[3] = (randomState[3] << 11) | (randomState[3] >>> 21);
  return result >>> 0;
};

// 53 random bits, as many as a number between 0 and 1 has.
const random = () => ((nextRandom() >>> 6) * 2 ** 27 + (nextRandom() >>> 5)) / 2 ** 53;

ObjectDefineProperty(Math, "random", hidden({ random }.random));
