import { testConformance } from '../conformance/conformance.test.support.ts';
import { libp2pWorld } from './world.test.support.ts';

testConformance(() => libp2pWorld('tcp'));
