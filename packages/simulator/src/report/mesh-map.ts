/**
 * The map of the mesh: a dot for each sampled node, from the middle outwards in the order of their numbers, that fills as the node comes to
 * know. A slider goes through time. Dots stand on a sunflower spiral, which spreads any number of them evenly over a disc.
 */
import type { RunResult } from '../scenario.ts';
import { momentText } from './measures.ts';
import { scriptData, thinned } from './markup.ts';

/** Dots that a screen can tell apart; with their times they weigh some ten kilobytes. */
const dotsMax = 2_500;
/** Positions of the slider: finer is not seen. */
const momentsMax = 200;

/** The section with canvas, slider and script; empty where nothing was sampled. */
export function meshMap(result: RunResult): string {
  const { sampledLearning = [], curve } = result;
  if (sampledLearning.length === 0) return '';
  const moments = thinned(curve, momentsMax).map(({ at, informed }) => ({ at, informed, text: momentText(result, at) }));
  const data = { learned: thinned(sampledLearning, dotsMax), moments, nodes: result.nodes };
  return `<section aria-labelledby="map-heading">
<h2 id="map-heading">Map of the mesh</h2>
<p>${data.learned.length === result.nodes ? 'Every node is a dot' : `${data.learned.length} nodes, evenly out of all, are a dot each`}, in the order of their numbers from the middle outwards. A ring does not know yet, a blue dot knows, an orange one has just learned.</p>
<figure class="map">
<canvas id="map" width="640" height="640" role="img" aria-label="Sampled nodes of the mesh" aria-describedby="map-moment">The map needs a browser that draws.</canvas>
<figcaption>
<div class="scrubber"><button type="button" id="map-play">Play</button>
<input type="range" id="map-time" min="0" max="${moments.length - 1}" value="${moments.length - 1}" step="1" aria-label="Moment of the run"></div>
<p id="map-moment"></p>
</figcaption>
</figure>
<noscript><p>The map needs JavaScript; the curve above says the same.</p></noscript>
<script type="application/json" id="map-data">${scriptData(data)}</script>
<script>${mapScript}</script>
</section>`;
}

/** Plain JavaScript for the page: reads its data, draws, follows slider, button and color scheme. */
export const mapScript = `'use strict';
(function () {
  const { learned, moments } = JSON.parse(document.getElementById('map-data').textContent);
  const canvas = document.getElementById('map');
  const slider = document.getElementById('map-time');
  const button = document.getElementById('map-play');
  const output = document.getElementById('map-moment');
  const context = canvas.getContext('2d');
  const size = canvas.width;
  // Sharp on dense screens; beyond twice nobody sees it.
  const ratio = Math.min(2, devicePixelRatio);
  canvas.width = canvas.height = size * ratio;
  context.scale(ratio, ratio);
  const goldenAngle = Math.PI * (3 - Math.sqrt(5));
  const spread = (size / 2 - 10) / Math.sqrt(learned.length);
  const radius = Math.max(1.4, Math.min(9, spread * 0.62));
  let playing;

  function draw() {
    const index = Number(slider.value);
    const moment = moments[index];
    const before = index === 0 ? -1 : moments[index - 1].at;
    const styles = getComputedStyle(document.documentElement);
    const color = function (name) { return styles.getPropertyValue(name).trim(); };
    const colors = { known: color('--measured'), fresh: color('--fresh'), unknown: color('--faint') };
    let knowing = 0;
    context.clearRect(0, 0, size, size);
    for (let dot = 0; dot < learned.length; dot += 1) {
      const at = learned[dot];
      const knows = at !== null && at <= moment.at;
      const distance = spread * Math.sqrt(dot + 0.5);
      const angle = dot * goldenAngle;
      context.beginPath();
      context.arc(size / 2 + distance * Math.cos(angle), size / 2 + distance * Math.sin(angle), radius, 0, 2 * Math.PI);
      if (knows) {
        knowing += 1;
        context.fillStyle = at > before ? colors.fresh : colors.known;
        context.fill();
      } else {
        context.strokeStyle = colors.unknown;
        context.stroke();
      }
    }
    const share = (moment.informed * 100).toFixed(moment.informed < 0.01 ? 4 : 2);
    output.textContent = moment.text + ': ' + share + ' % of all know, ' + knowing + ' of ' + learned.length + ' dots';
    slider.setAttribute('aria-valuetext', output.textContent);
  }

  function stop() {
    clearInterval(playing);
    playing = undefined;
    button.textContent = 'Play';
  }

  function play() {
    if (Number(slider.value) === moments.length - 1) slider.value = '0';
    button.textContent = 'Pause';
    // Six seconds for the whole run, and at most a step in 400 ms.
    playing = setInterval(function () {
      slider.value = String(Number(slider.value) + 1);
      draw();
      if (Number(slider.value) === moments.length - 1) stop();
    }, Math.min(400, 6000 / moments.length));
    draw();
  }

  button.addEventListener('click', function () { if (playing === undefined) play(); else stop(); });
  slider.addEventListener('input', function () { stop(); draw(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
})();
`;
