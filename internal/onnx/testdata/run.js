// Runs an ONNX model with onnxruntime-node and prints what comes out.
//
//   NODE_PATH=$ONNXRUNTIME_NODE/node_modules node run.js model.onnx inputs.json
//
// Inputs and outputs are JSON: {name: {type, dims, data}}, type being double,
// float, int64, uint8 or string. Numbers of the output have all their
// digits; JSON has no NaN and no infinities, so those are the strings "NaN",
// "Infinity" and "-Infinity", in the input too. An int64 of the input beyond
// 2^53 must be a string, in the output it is a number with all its digits.
'use strict';
const fs = require('fs');
const ort = require('onnxruntime-node');

const types = {
  double: ['float64', v => Float64Array.from(v, Number)],
  float: ['float32', v => Float32Array.from(v, Number)],
  int64: ['int64', v => BigInt64Array.from(v, BigInt)],
  uint8: ['uint8', v => Uint8Array.from(v)],
  string: ['string', v => v],
};
const names = Object.fromEntries(Object.entries(types).map(([name, [js]]) => [js, name]));

function tensor({type, dims, data}) {
  const [js, values] = types[type];
  return new ort.Tensor(js, values(data), dims);
}

function json(v) {
  if (typeof v === 'bigint') return String(v);
  if (Object.is(v, -0)) return '-0';
  if (typeof v === 'number' && !Number.isFinite(v)) return JSON.stringify(String(v));
  return JSON.stringify(v);
}

async function main([model, inputs]) {
  // One thread: the same order of sums, hence the same bits, on every machine.
  const session = await ort.InferenceSession.create(model,
    {intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3});
  const feeds = {};
  for (const [name, input] of Object.entries(JSON.parse(fs.readFileSync(inputs, 'utf8')))) {
    feeds[name] = tensor(input);
  }
  const outputs = Object.entries(await session.run(feeds)).map(([name, t]) =>
    `${JSON.stringify(name)}:{"type":${JSON.stringify(names[t.type] ?? t.type)},"dims":${JSON.stringify(t.dims)},` +
    `"data":[${Array.from(t.data, json).join(',')}]}`);
  process.stdout.write(`{${outputs.join(',')}}\n`);
}

main(process.argv.slice(2)).catch(err => {
  process.stderr.write(`run.js: ${err.message}\n`);
  process.exitCode = 1;
});
