import { describe, expect, it } from 'vitest'
import { type Client, openSession, sessionUpdate } from './client.ts'

const errorOf = (client: Client) => {
  const { type: _type, event_id: _eventId, ...error } = Object(client.last('error').get('error'))
  return error
}

const refused = (event: unknown) => {
  const client = openSession()
  client.send(event)
  expect(client.types('session')).toEqual(['session.created'])
  return errorOf(client)
}

describe('session.created', () => {
  it('comes first and shows the whole session', () => {
    const client = openSession()

    expect(client.events[0].type).toBe('session.created')
    expect(client.events[0].get('session')).toMatchObject({
      type: 'realtime',
      object: 'realtime.session',
      id: 'sess_test00000000000000001',
      model: 'gpt-realtime-2.1',
      expires_at: 1_700_003_600,
      output_modalities: ['audio'],
      tools: [],
      tool_choice: 'auto',
      max_output_tokens: 'inf',
      tracing: null,
      truncation: 'auto',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          transcription: null,
          noise_reduction: null,
          turn_detection: {
            type: 'server_vad',
            threshold: 0.5,
            prefix_padding_ms: 300,
            silence_duration_ms: 200,
            idle_timeout_ms: null,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
      },
    })
  })

  it('takes its time, and what the client sent meanwhile is not lost', () => {
    const client = openSession({ sessionMs: 80 })
    expect(client.events.map(({ type, atMs }) => [type, atMs])).toEqual([['session.created', 80]])

    client.send(sessionUpdate({ instructions: 'Be kind.' }))
    client.send({ type: 'input_audio_buffer.clear' })
    client.clock.advance(79)
    expect(client.types()).toEqual(['session.created'])
    client.clock.advance(1)
    expect(client.types()).toEqual([
      'session.created',
      'session.updated',
      'input_audio_buffer.cleared',
    ])
  })
})

describe('session.update', () => {
  it('changes what it names and nothing else', () => {
    const client = openSession()
    client.send(sessionUpdate({
      instructions: 'You answer the phone.',
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          turn_detection: { type: 'server_vad', threshold: 0.7 },
        },
        output: { voice: 'cedar' },
      },
    }))

    expect(client.last('session.updated').get('session')).toMatchObject({
      instructions: 'You answer the phone.',
      output_modalities: ['audio'],
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.7,
            silence_duration_ms: 200,
            create_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'cedar' },
      },
    })
  })

  it('keeps what an earlier one said of turn detection, unless it is of another type', () => {
    const client = openSession()
    client.send(
      sessionUpdate({
        audio: { input: { turn_detection: { type: 'server_vad', silence_duration_ms: 700 } } },
      }),
    )
    client.send(
      sessionUpdate({
        audio: { input: { turn_detection: { type: 'server_vad', threshold: 0.6 } } },
      }),
    )
    expect(client.session.settings().audio.input.turn_detection)
      .toMatchObject({ silence_duration_ms: 700, threshold: 0.6 })

    client.send(
      sessionUpdate({
        audio: { input: { turn_detection: { type: 'semantic_vad', eagerness: 'low' } } },
      }),
    )
    expect(client.session.settings().audio.input.turn_detection).toEqual({
      type: 'semantic_vad',
      eagerness: 'low',
      create_response: true,
      interrupt_response: true,
    })
  })

  it('clears what it sets to nothing', () => {
    const client = openSession()
    client.send(
      sessionUpdate({
        instructions: 'x',
        audio: {
          input: { transcription: { model: 'whisper-1' }, noise_reduction: { type: 'far_field' } },
        },
      }),
    )
    client.send(
      sessionUpdate({
        instructions: '',
        tools: [],
        audio: { input: { transcription: null, noise_reduction: null, turn_detection: null } },
      }),
    )

    expect(client.session.settings()).toMatchObject({
      instructions: '',
      tools: [],
      audio: { input: { transcription: null, noise_reduction: null, turn_detection: null } },
    })
  })

  it('needs the type of the session, and says so before all else', () => {
    expect(refused({ type: 'session.update', session: { modalities: ['audio'], voice: 'alloy' } }))
      .toEqual({
        code: 'missing_required_parameter',
        message: "Missing required parameter: 'session.type'.",
        param: 'session.type',
      })
    expect(refused({ type: 'session.update' }).param).toBe('session')
  })

  it.each([
    ['voice', 'alloy'],
    ['modalities', ['text', 'audio']],
    ['input_audio_format', 'g711_ulaw'],
    ['turn_detection', null],
    ['temperature', 0.8],
    ['max_response_output_tokens', 'inf'],
  ])('refuses the beta field %s', (field, value) => {
    expect(refused(sessionUpdate({ [field]: value }))).toEqual({
      code: 'unknown_parameter',
      message: `Unknown parameter: 'session.${field}'.`,
      param: `session.${field}`,
    })
  })

  it.each<[string, Record<string, unknown>, string, string, string]>([
    [
      'instructions that are no text',
      { instructions: 7 },
      'invalid_type',
      'session.instructions',
      "Invalid type for 'session.instructions': expected a string, but got an integer instead.",
    ],
    [
      'PCM without its rate',
      { audio: { input: { format: { type: 'audio/pcm' } } } },
      'missing_required_parameter',
      'session.audio.input.format.rate',
      "Missing required parameter: 'session.audio.input.format.rate'.",
    ],
    [
      'PCM at 16 kHz',
      { audio: { input: { format: { type: 'audio/pcm', rate: 16000 } } } },
      'invalid_value',
      'session.audio.input.format.rate',
      "Invalid value: 16000. Supported values are: '24000'.",
    ],
    [
      'a rate with mu-law',
      { audio: { input: { format: { type: 'audio/pcmu', rate: 8000 } } } },
      'unknown_parameter',
      'session.audio.input.format.rate',
      "Unknown parameter: 'session.audio.input.format.rate'.",
    ],
    [
      'a format of the beta',
      { audio: { output: { format: { type: 'g711_ulaw' } } } },
      'invalid_value',
      'session.audio.output.format.type',
      "Invalid value: 'g711_ulaw'. Supported values are: 'audio/pcm', 'audio/pcmu', 'audio/pcma'.",
    ],
    [
      'a voice that is not a Realtime voice',
      { audio: { output: { voice: 'onyx' } } },
      'invalid_value',
      'session.audio.output.voice',
      "Invalid value: 'onyx'. Supported values are: 'alloy', 'ash', 'ballad', 'coral', 'echo', 'sage', 'shimmer', 'verse', 'marin', 'cedar'.",
    ],
    [
      'audio and text at once',
      { output_modalities: ['text', 'audio'] },
      'array_above_max_length',
      'session.output_modalities',
      "Invalid 'session.output_modalities': array too long. Expected maximum length 1, but got length 2 instead.",
    ],
    [
      'a speed over the limit',
      { audio: { output: { speed: 2 } } },
      'integer_above_max_value',
      'session.audio.output.speed',
      "Invalid 'session.audio.output.speed': integer above maximum value. Expected a value <= 1.5, but got 2 instead.",
    ],
    [
      'an idle timeout under 5 s',
      { audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 1000 } } } },
      'integer_below_min_value',
      'session.audio.input.turn_detection.idle_timeout_ms',
      "Invalid 'session.audio.input.turn_detection.idle_timeout_ms': integer below minimum value. Expected a value >= 5000, but got 1000 instead.",
    ],
    [
      'more tokens than there can be',
      { max_output_tokens: 5000 },
      'integer_above_max_value',
      'session.max_output_tokens',
      "Invalid 'session.max_output_tokens': integer above maximum value. Expected a value <= 4096, but got 5000 instead.",
    ],
    [
      'a tool in the shape of chat completions',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      'missing_required_parameter',
      'session.tools[0].name',
      "Missing required parameter: 'session.tools[0].name'.",
    ],
    [
      'a tool without a name',
      { tools: [{ type: 'function', name: '' }] },
      'string_below_min_length',
      'session.tools[0].name',
      "Invalid 'session.tools[0].name': string too short. Expected minimum length 1, but got length 0 instead.",
    ],
    [
      'a tool with a field too many',
      { tools: [{ type: 'function', name: 'a' }, { type: 'function', name: 'f', meta: {} }] },
      'unknown_parameter',
      'session.tools[1].meta',
      "Unknown parameter: 'session.tools[1].meta'.",
    ],
    [
      'another type of session',
      { type: 'transcription' },
      'invalid_value',
      'session.type',
      'Passing a transcription session update event to a realtime session is not allowed.',
    ],
    [
      'another model',
      { model: 'gpt-realtime-mini' },
      'invalid_value',
      'session.model',
      'The model of a session cannot be changed.',
    ],
    [
      'an MCP server',
      { tools: [{ type: 'mcp', server_label: 'docs', server_url: 'https://mcp.example.com' }] },
      'unsupported_tool',
      'session.tools',
      'This built-in model does not reach MCP servers.',
    ],
  ])('refuses %s', (_what, settings, code, param, message) => {
    expect(refused(sessionUpdate(settings))).toEqual({ code, message, param })
  })

  it('changes nothing when any of it is refused', () => {
    const client = openSession()
    client.send(sessionUpdate({ instructions: 'New.', audio: { output: { voice: 'fable' } } }))

    expect(client.session.settings().instructions).not.toBe('New.')
  })

  it('names the event it refuses', () => {
    const client = openSession()
    client.send({ ...sessionUpdate({ foo: 1 }), event_id: 'update-1' })

    expect(client.last('error').get('error.event_id')).toBe('update-1')
  })

  it('cannot change the voice once the agent was heard, but may repeat it', () => {
    const client = openSession({ firstAudioMs: 0 })
    client.send(sessionUpdate({ audio: { output: { voice: 'cedar' } } }))
    client.send({ type: 'response.create' })
    client.clock.advance(100)
    client.send(sessionUpdate({ audio: { output: { voice: 'cedar' } } }))
    expect(client.all('session.updated').length).toBe(2)

    client.send(sessionUpdate({ audio: { output: { voice: 'marin' } } }))
    expect(errorOf(client)).toEqual({
      code: 'cannot_update_voice',
      message: "Cannot update a conversation's voice if assistant audio is present.",
      param: null,
    })
  })

  it('cannot change the speed while the agent speaks', () => {
    const client = openSession()
    client.send({ type: 'response.create' })
    client.send(sessionUpdate({ audio: { output: { speed: 1.2 } } }))
    expect(errorOf(client).param).toBe('session.audio.output.speed')

    client.clock.advance(5000)
    client.send(sessionUpdate({ audio: { output: { speed: 1.2 } } }))
    expect(client.session.settings().audio.output.speed).toBe(1.2)
  })

  it('takes a whole session of a phone agent', () => {
    const client = openSession()
    client.send(sessionUpdate({
      model: 'gpt-realtime-2.1',
      output_modalities: ['audio'],
      instructions: 'You answer the phone.',
      max_output_tokens: 2048,
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'low' },
      tracing: 'auto',
      truncation: {
        type: 'retention_ratio',
        retention_ratio: 0.8,
        token_limits: { post_instructions: 8000 },
      },
      include: ['item.input_audio_transcription.logprobs'],
      tools: [{
        type: 'function',
        name: 'hang_up',
        description: 'Ends the call.',
        parameters: { type: 'object' },
      }],
      audio: {
        input: {
          format: { type: 'audio/pcma' },
          noise_reduction: { type: 'near_field' },
          transcription: {
            model: 'gpt-transcribe',
            languages: ['en', 'pt'],
            keywords: ['Casa do Mar'],
          },
          turn_detection: {
            type: 'semantic_vad',
            eagerness: 'high',
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcma' }, voice: { id: 'voice_1234' }, speed: 1.1 },
      },
    }))

    expect(client.types()).toEqual(['session.created', 'session.updated'])
  })
})

describe('wrongFormat', () => {
  it('echoes another format than was asked for, and keeps to it', () => {
    const client = openSession({ wrongFormat: true, deltaMs: [100] })
    client.send(
      sessionUpdate({
        audio: {
          input: { format: { type: 'audio/pcmu' } },
          output: { format: { type: 'audio/pcmu' } },
        },
      }),
    )
    client.send(sessionUpdate({ instructions: 'x' }))
    client.send({ type: 'response.create' })
    client.clock.advance(200)

    expect(client.last('session.updated').get('session.audio.output.format')).toEqual({
      type: 'audio/pcm',
      rate: 24000,
    })
    expect(
      Uint8Array.fromBase64(String(client.last('response.output_audio.delta').get('delta'))).length,
    ).toBe(4800)
  })
})
