import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime'
import { describe, expect, it } from 'vitest'
import * as encode from '../../src/realtime/encode.ts'
import { endpointOf } from '../../src/realtime/endpoint.ts'
import { isRetryable, nameOfEnd } from '../../src/realtime/failure.ts'
import {
  formatProblem,
  sayExactly,
  sessionOf,
  type SessionSettings,
} from '../../src/realtime/session.ts'

const SETTINGS: SessionSettings = {
  instructions: 'Be kind.',
  voice: 'marin',
  audio: 'pcm',
  turnDetection: {
    type: 'server_vad',
    threshold: 0.6,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
  },
  noiseReduction: 'far_field',
  transcription: { model: 'gpt-transcribe', language: 'en' },
  maxOutputTokens: 'inf',
  tools: [],
}

describe('sessionOf()', () => {
  it('says everything that matters on a phone, in the shape of the GA interface', () => {
    expect(sessionOf(SETTINGS)).toEqual({
      type: 'realtime',
      instructions: 'Be kind.',
      output_modalities: ['audio'],
      max_output_tokens: 'inf',
      tools: [],
      tool_choice: 'auto',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: 24000 },
          noise_reduction: { type: 'far_field' },
          transcription: { model: 'gpt-transcribe', language: 'en' },
          turn_detection: {
            type: 'server_vad',
            threshold: 0.6,
            prefix_padding_ms: 300,
            silence_duration_ms: 500,
            create_response: true,
            interrupt_response: true,
          },
        },
        output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin' },
      },
    })
  })

  it.each([
    SETTINGS.turnDetection,
    { type: 'semantic_vad', eagerness: 'auto' } as const,
  ])('neither answers nor is interrupted while the caller is only listened to', (turnDetection) => {
    const { audio } = sessionOf({ ...SETTINGS, turnDetection, answersCaller: false })
    expect(audio.input.turn_detection).toMatchObject({
      create_response: false,
      interrupt_response: false,
    })
  })

  it('tells the model what it may call', () => {
    const parameters = { type: 'object', properties: { day: { type: 'string' } } }
    const tool = { name: 'find_table', description: 'Finds a table.', parameters }
    expect(sessionOf({ ...SETTINGS, tools: [tool] })).toMatchObject({
      tools: [{
        type: 'function',
        name: 'find_table',
        description: 'Finds a table.',
        parameters: { type: 'object', properties: { day: { type: 'string' } } },
      }],
    })
  })

  it('clears what is switched off instead of leaving it to the server', () => {
    const session = sessionOf({
      ...SETTINGS,
      audio: 'pcmu',
      noiseReduction: 'none',
      transcription: false,
      voice: 'voice_123',
      speed: 1.1,
      turnDetection: { type: 'semantic_vad', eagerness: 'low' },
    })
    expect(session).toMatchObject({
      audio: {
        input: {
          format: { type: 'audio/pcmu' },
          noise_reduction: null,
          transcription: null,
          turn_detection: { type: 'semantic_vad', eagerness: 'low' },
        },
        output: { format: { type: 'audio/pcmu' }, voice: { id: 'voice_123' }, speed: 1.1 },
      },
    })
  })
})

describe('formatProblem()', () => {
  it('finds nothing wrong with what was asked for', () => {
    const pcm = { inputFormat: 'audio/pcm', outputFormat: 'audio/pcm' }
    expect(formatProblem('pcm', { ...pcm, inputRateHz: 24000, outputRateHz: 24000 }))
      .toBeUndefined()
    expect(formatProblem('pcm', pcm)).toBeUndefined()
    expect(formatProblem('pcmu', { inputFormat: 'audio/pcmu', outputFormat: 'audio/pcmu' }))
      .toBeUndefined()
  })

  it('says which side would be static', () => {
    expect(formatProblem('pcmu', { inputFormat: 'audio/pcm', outputFormat: 'audio/pcmu' }))
      .toBe('input is audio/pcm, not audio/pcmu')
    expect(formatProblem('pcm', { inputFormat: 'audio/pcm', outputFormat: '' }))
      .toBe('output is unknown, not audio/pcm')
    expect(formatProblem('pcm', {
      inputFormat: 'audio/pcm',
      inputRateHz: 16000,
      outputFormat: 'audio/pcm',
    })).toBe('input is audio/pcm, not audio/pcm')
  })
})

describe('the encoder', () => {
  const events = (): RealtimeClientEvent[] => [
    { type: 'input_audio_buffer.append', audio: '//8=' },
    { type: 'response.create' },
    { type: 'response.create', response: { instructions: 'Say exactly: "Hello"' } },
    {
      type: 'response.create',
      event_id: 'summary',
      response: {
        conversation: 'none',
        output_modalities: ['text'],
        metadata: { purpose: 'summary' },
        instructions: 'Sum it up.',
        tool_choice: 'none',
        max_output_tokens: 4096,
      },
    },
    { type: 'response.cancel', response_id: 'resp_1' },
    {
      type: 'conversation.item.truncate',
      item_id: 'item_1',
      content_index: 0,
      audio_end_ms: 1234,
    },
  ]

  it('writes events as the types of the openai package have them', () => {
    expect([
      encode.appendAudio('//8='),
      encode.createResponse(),
      encode.createResponse('Say exactly: "Hello"'),
      encode.createLastWord('Sum it up.'),
      encode.cancelResponse('resp_1'),
      encode.truncateItem('item_1', 0, 1234),
    ].map((text) => JSON.parse(text))).toEqual(events())
  })

  it('quotes a sentence to be said, whatever is in it', () => {
    expect(sayExactly('We say "hi".')).toBe('Say exactly: "We say \\"hi\\"." Say nothing else.')
  })
})

describe('endpointOf()', () => {
  const settings = { apiKey: 'sk-1', model: 'gpt-realtime-2.1', safetyIdentifier: 'h4sh' }

  it('opens sockets where the HTTP interface is, and never sends the beta header', () => {
    expect(endpointOf({ ...settings, baseUrl: 'https://api.openai.com/v1' })).toEqual({
      url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1',
      headers: { 'Authorization': 'Bearer sk-1', 'OpenAI-Safety-Identifier': 'h4sh' },
    })
    expect(endpointOf({ ...settings, baseUrl: 'http://127.0.0.1:9100/v1/', model: 'a b' }).url)
      .toBe('ws://127.0.0.1:9100/v1/realtime?model=a%20b')
  })
})

describe('the end of a session', () => {
  it.each([
    ['a network that broke', { code: 1006 }, true, 'close-1006'],
    ['a server that restarts', { code: 1012 }, true, 'close-1012'],
    ['too many requests', { code: 1006, httpStatus: 429 }, true, 'handshake-429'],
    ['a server in trouble', { code: 1006, httpStatus: 503 }, true, 'handshake-503'],
    ['a key refused at the door', { code: 1006, httpStatus: 401 }, false, 'handshake-401'],
    [
      'a key refused inside',
      { code: 3000, errorCode: 'invalid_api_key' },
      false,
      'invalid_api_key',
    ],
    ['a model that is gone', { code: 4004 }, false, 'close-4004'],
    [
      'a quota that is used up',
      { code: 1000, errorCode: 'insufficient_quota' },
      false,
      'insufficient_quota',
    ],
    [
      'a session that was too long',
      { code: 1001, errorCode: 'session_expired' },
      true,
      'session_expired',
    ],
  ])('by %s is told apart', (_, end, retryable, name) => {
    expect(isRetryable(end)).toBe(retryable)
    expect(nameOfEnd(end)).toBe(name)
  })
})
