/** Every scenario. A new one is a file beside these and a line here. */
import type { Scenario } from './scenario.ts';
import { cells } from './scenarios/cells.ts';
import { churn } from './scenarios/churn.ts';
import { epidemic } from './scenarios/epidemic.ts';
import { loss } from './scenarios/loss.ts';
import { stall } from './scenarios/stall.ts';

export const scenarios: readonly Scenario[] = [epidemic, cells, churn, stall, loss];
