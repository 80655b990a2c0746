import { describe, expect, it } from 'vitest'
import { PARROT } from '../../../src/sim/model/scenario.ts'
import type { Turn } from '../../../src/sim/model/turn.ts'
import { clipNamed } from './bundled.ts'
import { audioMsIn, openSession, sessionUpdate, tone } from './client.ts'

const PCMU = { type: 'audio/pcmu' } as const

const saying = (text: string) => ({
  type: 'response.create',
  response: { instructions: `Say exactly: ${JSON.stringify(text)} Say nothing else.` },
})

const transcripts = (client: ReturnType<typeof openSession>) =>
  client.all('response.output_audio_transcript.done').map((event) => event.get('transcript'))

describe('a response', () => {
  it('says the sentence it is asked to say, with the clip of that sentence', () => {
    const client = openSession({}, { format: PCMU })
    client.send(saying('Good evening, Casa do Mar. How can I help you?'))
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Good evening, Casa do Mar. How can I help you?'])
    expect(audioMsIn(client.events, 1 / 8)).toBe(
      clipNamed('agent-casa-do-mar').sound.pcm.length / 8,
    )
  })

  it('hums a sentence it has no clip for, as long as speaking it would take', () => {
    const client = openSession({}, { format: PCMU })
    client.send(saying('Your taxi is waiting at the corner.'))
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Your taxi is waiting at the corner.'])
    expect(audioMsIn(client.events, 1 / 8)).toBe(2200)
  })

  it('is generated faster than real time, in uneven deltas that are no whole frames', () => {
    const client = openSession({ firstAudioMs: 250 }, { format: PCMU })
    client.send(saying('Is there anything else?'))
    client.clock.advance(2000)

    const deltas = client.all('response.output_audio.delta')
    expect(deltas.map(({ atMs }) => Math.round(atMs))).toEqual([
      250,
      280,
      295,
      337,
      358,
      393,
      405,
      435,
      450,
    ])
    expect(deltas.map((delta) => Uint8Array.fromBase64(String(delta.get('delta'))).length / 8))
      .toEqual([180, 90, 250, 130, 210, 70, 180, 90, 221.75])
    expect(client.last('response.done').atMs).toBeCloseTo(250 + 1421.75 / 6, 5)
  })

  it('says its words alongside its audio', () => {
    const client = openSession({}, { format: PCMU })
    client.send(saying('Thanks for calling Bright Smile. How can I help?'))
    client.clock.advance(401)
    const words = client.all('response.output_audio_transcript.delta').map((event) =>
      event.get('delta')
    )
    expect(words.join('')).toBe('Thanks for calling Bright Smile. ')

    client.clock.advance(1000)
    const all = client.all('response.output_audio_transcript.delta').map((event) =>
      event.get('delta')
    )
    expect(all.join('')).toBe('Thanks for calling Bright Smile. How can I help?')
  })

  it('may cut PCM inside a sample', () => {
    const client = openSession({ deltaMs: [41.7] })
    client.send(saying('Goodbye.'))
    client.clock.advance(1000)

    expect(
      Uint8Array.fromBase64(String(client.all('response.output_audio.delta')[0].get('delta')))
        .length,
    ).toBe(2001)
  })

  it('is the only one: a second is refused until it is done', () => {
    const client = openSession()
    client.send(saying('Goodbye.'))
    client.send({ type: 'response.create', event_id: 'second' })
    const id = client.last('response.created').get('response.id')

    expect(client.last('error').get('error')).toEqual({
      type: 'invalid_request_error',
      code: 'conversation_already_has_active_response',
      message:
        `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
      param: null,
      event_id: 'second',
    })
    client.clock.advance(1000)
    client.send({ type: 'response.create' })
    expect(client.all('response.created').length).toBe(2)
  })

  it('out of band runs beside the conversation and leaves nothing in it', () => {
    const client = openSession({}, { format: PCMU })
    client.send(saying('Goodbye.'))
    client.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        metadata: { purpose: 'summary' },
        input: [],
      },
    })
    client.clock.advance(2000)

    expect(client.types('error')).toEqual([])
    const summary = client.all('response.done').find((event) =>
      event.get('response.conversation_id') === null
    )
    expect(summary?.get('response.metadata')).toEqual({ purpose: 'summary' })
    expect(client.last('response.output_text.done').get('text')).toBe(
      'The conversation has 0 items.',
    )
    expect(client.session.items().length).toBe(1)
  })

  it('out of band is what the scenario says, one after the other, and uses up no turn', () => {
    const client = openSession({
      turns: [{ kind: 'response', outputs: [{ kind: 'say', text: 'A turn.' }], delayMs: 0 }],
      outOfBand: [
        { kind: 'response', outputs: [{ kind: 'say', text: '{"summary":"x"}' }], delayMs: 0 },
      ],
    }, { format: PCMU })
    const outOfBand = {
      type: 'response.create',
      response: { conversation: 'none', output_modalities: ['text'] },
    }
    const written = () => client.all('response.output_text.done').map((event) => event.get('text'))
    for (const request of [outOfBand, outOfBand, { type: 'response.create' }]) {
      client.send(request)
      client.clock.advance(2_000)
    }
    expect(written()).toEqual(['{"summary":"x"}', 'The conversation has 0 items.'])
    expect(transcripts(client)).toEqual(['A turn.'])
  })

  it('out of band is JSON for who asks for a summary in JSON', () => {
    const client = openSession()
    client.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        instructions: 'Write JSON with the keys "summary" and "outcome".',
      },
    })
    client.clock.advance(2_000)
    expect(client.last('response.output_text.done').get('text')).toBe(
      '{"summary":"The conversation has 0 items.","outcome":"nothing decided","fields":{}}',
    )
  })

  it('out of band can be cancelled by its id', () => {
    const client = openSession()
    client.send({ type: 'response.create', response: { conversation: 'none' } })
    client.send({
      type: 'response.cancel',
      response_id: client.last('response.created').get('response.id'),
    })

    expect(client.last('response.done').get('response.status')).toBe('cancelled')
  })

  it('is in writing when the session is', () => {
    const client = openSession()
    client.send(sessionUpdate({ output_modalities: ['text'] }))
    client.send(saying('Is there anything else?'))
    client.clock.advance(1000)

    expect(client.types('response')).toEqual([
      'response.created',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ])
    expect(client.last('response.output_item.done').get('item.content')).toEqual([
      { type: 'output_text', text: 'Is there anything else?' },
    ])
  })

  it('has a format of its own when it asks for one', () => {
    const client = openSession({ deltaMs: [100] })
    client.send({
      type: 'response.create',
      response: { audio: { output: { format: { type: 'audio/pcma' } } } },
    })
    client.clock.advance(300)

    expect(
      Uint8Array.fromBase64(String(client.all('response.output_audio.delta')[0].get('delta')))
        .length,
    ).toBe(800)
    expect(client.last('response.created').get('response.audio.output.format')).toEqual({
      type: 'audio/pcma',
    })
  })

  it('is cut off at its token limit', () => {
    const client = openSession({}, { format: PCMU })
    client.send({
      type: 'response.create',
      response: { instructions: 'Say "Goodbye."', max_output_tokens: 5 },
    })
    client.clock.advance(1000)

    expect(audioMsIn(client.events, 1 / 8)).toBe(250)
    expect(client.last('response.done').get('response.status_details')).toEqual({
      type: 'incomplete',
      reason: 'max_output_tokens',
    })
    expect(client.last('response.output_item.done').get('item.status')).toBe('incomplete')
  })

  it('refuses the fields of the beta', () => {
    const client = openSession()
    client.send({ type: 'response.create', response: { modalities: ['text'] } })

    expect(client.last('error').get('error')).toMatchObject({
      code: 'unknown_parameter',
      param: 'response.modalities',
    })
  })

  it('refuses a reference to an item that is not there', () => {
    const client = openSession()
    client.send({
      type: 'response.create',
      response: { input: [{ type: 'item_reference', id: 'item_no' }] },
    })

    expect(client.last('error').get('error.param')).toBe('response.input')
    expect(client.types('response')).toEqual([])
  })

  it('is followed by the rate limits', () => {
    const client = openSession()
    client.send(saying('Goodbye.'))
    client.clock.advance(2000)
    const limits = client.last('rate_limits.updated')

    expect(limits.atMs - client.last('response.done').atMs).toBe(40)
    expect(limits.get('rate_limits.0.name')).toBe('tokens')
    expect(limits.get('rate_limits.0.limit')).toBe(800_000)
  })
})

describe('the usage of a response', () => {
  it('counts caller audio by 100 ms, agent audio by 50 ms, and what was read before as cached', () => {
    const client = openSession({}, { format: PCMU })
    client.send(sessionUpdate({
      instructions: 'x'.repeat(400),
      audio: {
        input: {
          turn_detection: { type: 'server_vad', prefix_padding_ms: 0, silence_duration_ms: 400 },
        },
      },
    }))
    client.say(tone(600))
    client.silence(2000)
    expect(client.last('response.done').get('response.usage')).toEqual({
      total_tokens: 100 + 10 + 5 + 14,
      input_tokens: 110,
      output_tokens: 19,
      input_token_details: {
        text_tokens: 100,
        audio_tokens: 10,
        image_tokens: 0,
        cached_tokens: 0,
        cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 5, audio_tokens: 14 },
    })

    client.say(tone(600))
    client.silence(2000)
    expect(client.last('response.done').get('response.usage.input_token_details')).toEqual({
      text_tokens: 100,
      audio_tokens: 10 + 14 + 10,
      image_tokens: 0,
      cached_tokens: 110,
      cached_tokens_details: { text_tokens: 100, audio_tokens: 10, image_tokens: 0 },
    })
  })

  it('has nothing cached when the instructions are others', () => {
    const client = openSession()
    const cached = () => {
      client.clock.advance(2000)
      return client.last('response.done').get('response.usage.input_token_details.cached_tokens')
    }
    client.send({ type: 'response.create' })
    expect(cached()).toBe(0)
    client.send({ type: 'response.create' })
    expect(cached()).not.toBe(0)
    client.send({ type: 'response.create', response: { instructions: 'Only this once.' } })
    expect(cached()).toBe(0)
    client.send(sessionUpdate({ instructions: 'New ones.' }))
    client.send({ type: 'response.create' })
    expect(cached()).toBe(0)
  })
})

describe('a scripted turn', () => {
  const play = (...turns: Turn[]) => {
    const client = openSession({ ...PARROT, voice: 'script', turns }, { format: PCMU })
    client.send({ type: 'response.create' })
    return client
  }
  const respond = { kind: 'response', delayMs: 0 } as const

  it('may be several items, each with its own id, in one response', () => {
    const client = play({
      ...respond,
      outputs: [
        { kind: 'say', text: 'One moment, let me look that up.' },
        { kind: 'call', name: 'check_availability', arguments: '{"day":"tuesday"}' },
        { kind: 'clip', name: 'agent-anything-else' },
      ],
    })
    client.clock.advance(3000)

    const items = client.all('response.output_item.done')
    expect(items.map((event) => [event.get('output_index'), event.get('item.type')])).toEqual([
      [0, 'message'],
      [1, 'function_call'],
      [2, 'message'],
    ])
    expect(new Set(items.map((event) => event.get('item.id'))).size).toBe(3)
    expect(transcripts(client)).toEqual([
      'One moment, let me look that up.',
      'Is there anything else?',
    ])
    expect(client.all('response.done').length).toBe(1)
    expect(client.last('response.done').get('response.output.2.content.0.transcript')).toBe(
      'Is there anything else?',
    )
  })

  it('calls a tool in the documented order', () => {
    const client = play({
      ...respond,
      outputs: [{ kind: 'call', name: 'search', arguments: '{"query":"insurance"}' }],
    })
    client.clock.advance(1000)

    expect(client.types('response')).toEqual([
      'response.created',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.done',
    ])
    expect(client.last('response.function_call_arguments.done').get('name')).toBe('search')
    expect(client.last('response.output_item.added').get('item.arguments')).toBe('')
    expect(client.last('response.output_item.done').get('item')).toMatchObject({
      type: 'function_call',
      status: 'completed',
      name: 'search',
      arguments: '{"query":"insurance"}',
    })
  })

  it('takes the result of its call, and of no other', () => {
    const client = play({
      ...respond,
      outputs: [{ kind: 'call', name: 'search', arguments: '{}' }],
    })
    client.clock.advance(1000)
    const output = (call_id: unknown) => ({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id, output: '{"open":true}' },
    })
    client.send(output('call_nobody'))
    expect(client.last('error').get('error')).toMatchObject({
      code: 'invalid_tool_call_id',
      message: "Tool call ID 'call_nobody' not found in conversation.",
    })

    client.send(output(client.last('response.output_item.done').get('item.call_id')))
    expect(client.last('conversation.item.done').get('item.output')).toBe('{"open":true}')
  })

  it('may never come', () => {
    const client = play({ kind: 'ignore' })
    client.clock.advance(60_000)

    expect(client.types('response')).toEqual([])
  })

  it('may be an error event instead of a response', () => {
    const client = play({
      kind: 'error',
      error: { type: 'server_error', code: 'server_error', message: 'Sorry.' },
    })

    expect(client.last('error').get('error')).toMatchObject({
      type: 'server_error',
      message: 'Sorry.',
    })
    expect(client.types('response')).toEqual([])
  })

  it('may fail', () => {
    const error = {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      message: 'You exceeded your current quota.',
    }
    const client = play({ ...respond, outputs: [], ending: { type: 'failed', error } })
    client.clock.advance(1000)

    expect(client.last('response.done').get('response.status_details')).toEqual({
      type: 'failed',
      error,
    })
    expect(client.last('response.done').get('response.usage.total_tokens')).toBe(0)
  })

  it('may be incomplete', () => {
    const client = play({
      ...respond,
      outputs: [{ kind: 'say', text: 'Goodbye.' }],
      ending: { type: 'incomplete', reason: 'content_filter' },
    })
    client.clock.advance(1000)

    expect(client.last('response.done').get('response.status_details.reason')).toBe(
      'content_filter',
    )
    expect(client.last('response.output_item.done').get('item.status')).toBe('incomplete')
  })

  it('may come late', () => {
    const client = play({
      kind: 'response',
      delayMs: 3000,
      outputs: [{ kind: 'say', text: 'Goodbye.' }],
    })
    client.clock.advance(3199)
    expect(client.types('response')).toEqual(['response.created'])
    client.clock.advance(1)
    expect(client.types('response.output_audio.delta').length).toBe(1)
  })

  it('may take the socket with it, in the middle of a word', () => {
    const client = play({
      ...respond,
      outputs: [{ kind: 'say', text: 'Thanks for calling Bright Smile. How can I help?' }],
      dropSocket: { afterMs: 300, code: 4444 },
    })
    client.clock.advance(10_000)

    expect(client.closes).toEqual([{ code: 4444, reason: '' }])
    expect(client.types('response.done')).toEqual([])
    expect(client.events.at(-1)?.atMs).toBeLessThanOrEqual(300)
    expect(client.session.isOpen()).toBe(false)
  })

  it('is not used up by a greeting', () => {
    const client = openSession({
      ...PARROT,
      turns: [{ ...respond, outputs: [{ kind: 'say', text: 'First turn.' }] }],
    })
    client.send(saying('Goodbye.'))
    client.clock.advance(1000)
    client.send({ type: 'response.create' })
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Goodbye.', 'First turn.'])
  })
})

describe('the parrot', () => {
  it('says what was written to it', () => {
    const client = openSession()
    client.send({
      type: 'conversation.item.create',
      item: {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: 'Polly wants a cracker.' }],
      },
    })
    client.send({ type: 'response.create' })
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Polly wants a cracker.'])
  })

  it('says what a tool answered', () => {
    const client = openSession()
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
    })
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: 'Yes.' },
    })
    client.send({ type: 'response.create' })
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Yes.'])
  })

  it('says hello when it has been told nothing', () => {
    const client = openSession()
    client.send({ type: 'response.create' })
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Hello. How can I help you?'])
  })

  it('greets with the sentence that the instructions of the session quote, once', () => {
    const client = openSession()
    client.send(
      sessionUpdate({
        instructions:
          'You answer the phone. Begin the call: greet the caller with “Olá, Casa do Mar.”',
      }),
    )
    client.send({ type: 'response.create' })
    client.clock.advance(2000)

    expect(transcripts(client)).toEqual(['Olá, Casa do Mar.'])
  })
})
