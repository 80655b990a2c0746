/**
 * Holds what the model sends against OpenAI's own types: `tsc` and `deno check` fail here when an
 * event does not fit.
 *
 * Those types lag behind the wire: where the real API sends `null`, they often say that the field
 * is absent. So `null` is taken out of both sides of the comparison, and nothing else.
 */
import type { RealtimeClientEvent, RealtimeServerEvent } from 'openai/resources/realtime/realtime'
import { describe, expect, it } from 'vitest'
import type { ClientEvent } from '../../../src/sim/model/client-events.ts'
import type { ServerEvent } from '../../../src/sim/model/events.ts'

type WithoutNull<T> = T extends readonly [infer Only] ? [WithoutNull<Only>]
  : T extends readonly (infer Element)[] ? WithoutNull<Element>[]
  : T extends object ? { [Key in keyof T]: WithoutNull<Exclude<T[Key], null>> }
  : T

type Misfits<Event> = Event extends { type: infer Type }
  ? WithoutNull<Event> extends WithoutNull<RealtimeServerEvent> ? never : Type
  : 'no type'

/** `never` when every event we send is one of OpenAI's, else the types of those that are not. */
const noMisfits: Misfits<ServerEvent>[] = []

type KnownClientTypes = RealtimeClientEvent['type']
type Missing = Exclude<KnownClientTypes, ClientEvent['type']>
type Invented = Exclude<ClientEvent['type'], KnownClientTypes>

/** Every client event there is, and no other, is understood. */
const noneMissing: Missing[] = []
const noneInvented: Invented[] = []

describe('the types of the wire', () => {
  it('fit those of OpenAI', () => {
    const never: never[] = [...noMisfits, ...noneMissing, ...noneInvented]
    expect(never).toEqual([])
  })
})
