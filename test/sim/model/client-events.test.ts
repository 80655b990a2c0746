import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readClientEvent } from '../../../src/sim/model/client-events.ts'
import { openSession } from './client.ts'

describe('readClientEvent()', () => {
  it('reads an append without looking at its audio', () => {
    expect(readClientEvent('{"type":"input_audio_buffer.append","audio":"//8="}')).toEqual({
      event: { type: 'input_audio_buffer.append', audio: '//8=' },
    })
  })

  it('refuses an unknown type and names those there are', () => {
    expect(readClientEvent('{"type":"response.pause","event_id":"e7"}')).toEqual({
      eventId: 'e7',
      refusal: {
        code: 'invalid_value',
        param: 'type',
        message:
          "Invalid value: 'response.pause'. Supported values are: 'input_audio_buffer.append', 'session.update', 'input_audio_buffer.commit', 'input_audio_buffer.clear', 'output_audio_buffer.clear', 'conversation.item.create', 'conversation.item.retrieve', 'conversation.item.delete', 'conversation.item.truncate', 'response.create', 'response.cancel'.",
      },
    })
  })

  it.each(['', '{', 'null', '[]', '42', '"session.update"'])(
    'refuses %j, which is no event',
    (text) => {
      expect(readClientEvent(text)).toEqual({
        eventId: null,
        refusal: {
          code: 'invalid_json',
          message: 'Invalid message: expected a JSON object with a type.',
        },
      })
    },
  )

  it('refuses an event without a type', () => {
    expect(readClientEvent('{"event_id":"e1"}')).toMatchObject({
      eventId: 'e1',
      refusal: { code: 'missing_required_parameter', param: 'type' },
    })
  })

  it('refuses more than 15 MiB of audio at once', () => {
    const audio = (bytes: number) =>
      `{"type":"input_audio_buffer.append","audio":"${'A'.repeat((bytes / 3) * 4)}"}`

    expect(readClientEvent(audio(15 * 1024 * 1024))).toHaveProperty('event')
    expect(readClientEvent(audio(15 * 1024 * 1024 + 3))).toMatchObject({
      refusal: { param: 'audio' },
    })
  })

  it('refuses a field that no event has', () => {
    expect(readClientEvent('{"type":"response.cancel","reason":"bored"}')).toMatchObject({
      refusal: { code: 'unknown_parameter', message: "Unknown parameter: 'reason'." },
    })
  })
})

describe('a session', () => {
  it('refuses what only WebRTC has', () => {
    const client = openSession()
    client.send({ type: 'output_audio_buffer.clear' })

    expect(client.last('error').get('error.message')).toBe(
      'output_audio_buffer.clear is only supported over WebRTC and SIP.',
    )
  })

  it('counts what it got, and keeps the errors it gave', () => {
    const client = openSession()
    client.send({ type: 'input_audio_buffer.clear' })
    client.send({ type: 'input_audio_buffer.clear' })
    client.sendText('nonsense')

    expect(client.session.record.received).toEqual({
      'input_audio_buffer.clear': 2,
      '(refused)': 1,
    })
    expect(client.session.record.errors.map(({ code }) => code)).toEqual(['invalid_json'])
    expect(client.session.record.sent).toEqual({
      'session.created': 1,
      'input_audio_buffer.cleared': 2,
      error: 1,
    })
  })

  const types = fc.constantFrom(
    'session.update',
    'input_audio_buffer.append',
    'input_audio_buffer.commit',
    'input_audio_buffer.clear',
    'conversation.item.create',
    'conversation.item.retrieve',
    'conversation.item.delete',
    'conversation.item.truncate',
    'response.create',
    'response.cancel',
    'something.else',
  )
  const fields = fc.dictionary(
    fc.constantFrom(
      'session',
      'audio',
      'item',
      'item_id',
      'response',
      'event_id',
      'audio_end_ms',
      'content_index',
      '__proto__',
    ),
    fc.oneof(
      fc.jsonValue(),
      fc.constantFrom<unknown>(
        { type: 'realtime', audio: { input: { turn_detection: null } } },
        { type: 'realtime', audio: { input: { format: { type: 'audio/pcma' } } } },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] },
        { instructions: 'Say exactly: "Goodbye."', conversation: 'none' },
        'UklGRg==',
        0,
      ),
    ),
    { maxKeys: 4 },
  )
  const message = fc.oneof(
    fc.tuple(types, fields).map(([type, rest]) => JSON.stringify({ ...rest, type })),
    fc.json(),
    fc.string(),
  )

  it('survives whatever a client sends: it answers, stays open and still works', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(message, fc.nat(400)), { maxLength: 25 }), (messages) => {
        const client = openSession({ garbage: false })
        for (const [text, ms] of messages) {
          client.sendText(text)
          client.clock.advance(ms)
        }
        client.clock.advance(60_000)
        client.send({
          type: 'response.create',
          event_id: 'last',
          response: { conversation: 'none' },
        })
        client.clock.advance(60_000)
        expect(client.session.isOpen()).toBe(true)
        expect(client.last('response.done').get('response.conversation_id')).toBe(null)
        expect(client.events.every((event) => String(event.get('event_id')).startsWith('event_')))
          .toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})
