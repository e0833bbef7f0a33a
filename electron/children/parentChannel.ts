import type { Numbered } from './askedProgram.ts';

/** The part of Electron's port to the parent that is used here; it is there in utility processes alone. */
interface UtilityPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

/**
 * Hears the program that started this one by `startChild`, and ends when that is gone; returns how to answer it. An answer to a parent that
 * is gone is lost.
 */
export function listenToParent<Received, Sent>(onMessage: (message: Received) => void): (message: Sent) => void {
  const port = utilityPort();
  // What our own program sends has the form that its type says, here and below.
  if (port) {
    port.on('message', ({ data }) => onMessage(data as Received));
    return (message) => port.postMessage(message);
  }
  process.on('message', (message) => onMessage(message as Received));
  process.on('disconnect', () => process.exit(0));
  // A parent that was killed closes the channel before this process hears of it.
  return (message) => void (process.connected && process.send?.(message, undefined, undefined, () => undefined));
}

/** Answers what the program asks that started this one by `AskedProgram`. `answer` never rejects. */
export function answerParent<Question, Answer>(answer: (question: Question) => Promise<Answer>): void {
  const send = listenToParent<Numbered<Question>, Numbered<Answer>>(
    ({ id, content }) => void answer(content).then((answered) => send({ id, content: answered })),
  );
}

function utilityPort(): UtilityPort | undefined {
  const port: unknown = Reflect.get(process, 'parentPort');
  // Electron's own description of the property.
  return port ? (port as UtilityPort) : undefined;
}
