import { expect, it } from 'vitest'
import { happeningOf } from '../../src/bridge/happenings.ts'
import { decode } from '../../src/realtime/decode.ts'

const told = (text: string, sentMs: number) => happeningOf(decode(text), sentMs)

it('how long ago the caller began and stopped to speak is how much the model was sent since', () => {
  expect(told(
    '{"type":"input_audio_buffer.speech_started","audio_start_ms":1200,"item_id":"i1"}',
    1_500,
  )).toEqual({ type: 'caller-started-speaking', itemId: 'i1', agoMs: 300 })
  expect(told(
    '{"type":"input_audio_buffer.speech_stopped","audio_end_ms":2000,"item_id":"i1"}',
    2_500,
  )).toEqual({ type: 'caller-stopped-speaking', itemId: 'i1', agoMs: 500 })
})

it('a server that does not say where, or says what cannot be, is believed that it was now', () => {
  expect(told('{"type":"input_audio_buffer.speech_started","item_id":"i1"}', 1_500))
    .toEqual({ type: 'caller-started-speaking', itemId: 'i1' })
  expect(told(
    '{"type":"input_audio_buffer.speech_stopped","audio_end_ms":9000,"item_id":"i1"}',
    2_500,
  )).toEqual({ type: 'caller-stopped-speaking', itemId: 'i1' })
})
