/** Runs before a program in a stand-in for a utility process: gives it Electron's port to the parent, and takes Node's channel away. */
import { EventEmitter } from 'node:events';

const port = new EventEmitter();
const post = process.send.bind(process);
const early = [];
process.on('message', (data) => {
  if (port.listenerCount('message') > 0) port.emit('message', { data });
  else early.push(data);
});
process.on('disconnect', () => process.exit(0));
// As Electron's, it keeps what comes before anyone listens.
port.on('newListener', () => {
  setImmediate(() => {
    for (const data of early.splice(0)) port.emit('message', { data });
  });
});
port.postMessage = (message) => post(message);
process.parentPort = port;
process.send = undefined;
