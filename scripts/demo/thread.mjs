// Draws one landscape in a thread of its own: two large ones take most of the time.
import { parentPort, workerData } from 'node:worker_threads';
import { landscape } from './landscape.mjs';

parentPort.postMessage(landscape(workerData.width, workerData.height, workerData.look));
