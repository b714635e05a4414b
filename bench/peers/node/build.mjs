// One file a function, as one deploys it: `node dist/request-optin.mjs` takes the place of the function's name as an
// argument, and no function loads what only another needs.
import { build } from 'esbuild';

const functions = ['request-optin', 'grant-token', 'send-notification'];

const options = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // esbuild prefers CommonJS on the platform node; only ES modules are shaken.
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

// The runtime comes first, so that it can report what fails while the handler's modules load.
const entry = (name) => ({
  contents: `import { run } from './runtime.js'; import { handler } from './${name}.js'; run(handler);`,
  resolveDir: 'src',
  sourcefile: `${name}-entry.js`,
});

await Promise.all([
  ...functions.map((name) => build({ ...options, stdin: entry(name), outfile: `dist/${name}.mjs` })),
  build({ ...options, entryPoints: ['src/setup.js'], outfile: 'dist/setup.mjs' }),
]);
