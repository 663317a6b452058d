// Loads the program. A file of its own, because `import()` is a syntax error to the Nodes that the shim turns away.
'use strict';

import('../dist/main.js').catch(function (error) {
  const isUnbuilt = error.code === 'ERR_MODULE_NOT_FOUND' && /@murmuration/.test(error.message);
  process.stderr.write(isUnbuilt ? 'mesh-sim is not built completely: run npm run build\n' : error.stack + '\n');
  process.exitCode = 1;
});
