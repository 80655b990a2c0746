/**
 * The way out of a session: gives every event its id, counts it, and, when the scenario wants
 * garbage, mixes in what a client must survive.
 */
import type { Socket } from '../../runtime/socket.ts'
import type { EventBody, ServerEvent } from './events.ts'
import type { Ids } from './ids.ts'
import type { Recorder } from './record.ts'

/** Makes the function that sends events on a socket. */
export const createOutlet = (
  socket: Pick<Socket, 'send'>,
  ids: Ids,
  recorder: Recorder,
  withGarbage: boolean,
): (event: EventBody) => void => {
  let count = 0
  return (body) => {
    const event: ServerEvent = { event_id: ids('event'), ...body }
    count += 1
    recorder.sent(event.type)
    if (!withGarbage) return void socket.send(JSON.stringify(event))
    socket.send(JSON.stringify({ ...event, obfuscation: obfuscationFor(count) }))
    for (const text of garbageAfter(count, event, ids)) socket.send(text)
  }
}

/** A field the real API adds to deltas; here on every event, and a huge one now and then. */
const obfuscationFor = (count: number): string =>
  'x'.repeat(count % 11 === 0 ? 200_000 : count % 16)

/**
 * An unknown event after every fifth, and half an event, or JSON that is none, after every seventh.
 */
const garbageAfter = (count: number, event: ServerEvent, ids: Ids): readonly string[] => {
  const garbage: string[] = []
  if (count % 5 === 0) {
    garbage.push(
      JSON.stringify({ type: 'response.telemetry.updated', event_id: ids('event'), payload: {} }),
    )
  }
  if (count % 7 === 0) garbage.push(JSON.stringify(event).slice(0, 40))
  if (count % 14 === 0) {
    garbage.push('null', '[]', '{"type":42}', '{"type":"response.output_audio.delta"}')
  }
  return garbage
}
