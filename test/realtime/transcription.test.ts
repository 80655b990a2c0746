import { expect, test } from 'vitest'
import { endpointOf, transcriptionEndpointOf } from '../../src/realtime/endpoint.ts'
import { commitAudio } from '../../src/realtime/encode.ts'
import { inputProblem, transcriptionSessionOf } from '../../src/realtime/transcription.ts'

const SERVER = {
  baseUrl: 'https://api.openai.com/v1/',
  apiKey: 'sk-1',
  safetyIdentifier: 'caller-7',
}

test('a session that only writes down is opened without a model in its address', () => {
  const headers = { 'Authorization': 'Bearer sk-1', 'OpenAI-Safety-Identifier': 'caller-7' }
  expect(transcriptionEndpointOf(SERVER)).toEqual({
    url: 'wss://api.openai.com/v1/realtime?intent=transcription',
    headers,
  })
  expect(endpointOf({ ...SERVER, model: 'gpt-realtime-2.1' })).toEqual({
    url: 'wss://api.openai.com/v1/realtime?model=gpt-realtime-2.1',
    headers,
  })
})

test('it takes the mu-law of the phone, and finds the turns where its model can', () => {
  expect(transcriptionSessionOf({ model: 'gpt-transcribe', languages: ['pt', 'en'] })).toEqual({
    type: 'transcription',
    audio: {
      input: {
        format: { type: 'audio/pcmu' },
        noise_reduction: { type: 'near_field' },
        transcription: { model: 'gpt-transcribe', languages: ['pt', 'en'] },
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
        },
      },
    },
  })
})

test.each([
  ['gpt-live-transcribe', ['pt', 'en'], { languages: ['pt', 'en'] }, true],
  ['gpt-realtime-whisper', ['pt', 'en'], {}, true],
  ['gpt-realtime-whisper', ['pt'], { language: 'pt' }, true],
  ['whisper-1', undefined, {}, false],
])('%s with the languages %j is told what it can take', (model, languages, told, isCutByUs) => {
  const settings = languages === undefined ? { model } : { model, languages }
  expect(transcriptionSessionOf(settings)).toMatchObject({
    audio: {
      input: {
        transcription: { model, ...told },
        turn_detection: isCutByUs ? null : { type: 'server_vad' },
      },
    },
  })
})

test('a commit has a name, so that its refusal can be told from others', () => {
  expect(commitAudio('caller-3')).toBe('{"type":"input_audio_buffer.commit","event_id":"caller-3"}')
})

test('a server that takes another format is found out', () => {
  expect(inputProblem({ inputFormat: 'audio/pcmu', outputFormat: '' })).toBeUndefined()
  expect(inputProblem({ inputFormat: 'audio/pcm', inputRateHz: 24000, outputFormat: '' }))
    .toBe('input is audio/pcm, not audio/pcmu')
})
