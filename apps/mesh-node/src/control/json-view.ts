/** Bytes in JSON: base64 always, and text beside it where the bytes are valid UTF-8. */
import type { NodeEvent, RegisterEntry } from '@murmuration/node';
import type { ControlEvent, RegisterView } from './control-api.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A value as `value` and, where it is one, `text`. */
export function bytesView(bytes: Uint8Array): { value: string; text?: string } {
  const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  try {
    return { value, text: utf8.decode(bytes) };
  } catch {
    return { value };
  }
}

/** A register for JSON. */
export function registerView({ author, key, value }: RegisterEntry): RegisterView {
  return { author, key, ...bytesView(value) };
}

/** An event for JSON. */
export function eventView(event: NodeEvent): ControlEvent {
  return event.type === 'register-changed' ? { ...event, ...bytesView(event.value) } : event;
}
