#!/usr/bin/env node
// The first thing that any Node reads, so it keeps to ES5: who has an old Node gets a sentence, not a syntax error.
'use strict';

var fs = require('fs');
var path = require('path');

var wanted = [22, 15];
var found = process.versions.node.split('.').map(Number);
var isTooOld = found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1]);

if (isTooOld) {
  process.stderr.write('mesh-sim needs Node ' + wanted.join('.') + ' or newer; this is ' + process.versions.node + '.\n');
  process.exitCode = 1;
} else if (!fs.existsSync(path.join(__dirname, '..', 'dist', 'main.js'))) {
  process.stderr.write('mesh-sim is not built yet: run npm run build\n');
  process.exitCode = 1;
} else {
  require('./launch.cjs');
}
