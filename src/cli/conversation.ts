/** What the simulated caller says: a conversation with the bundled clips, or the words of a WAV file. */
import { createDownsampler } from '../audio/resample.ts'
import { readWav } from '../audio/wav.ts'
import type { Cue, ScriptStep } from '../sim/caller/script.ts'
import { type Clip, clipOfText } from '../sim/model/clips.ts'

/** A conversation of four turns; in the third the caller cuts in. */
export const bundledConversation = (clips: readonly Clip[], first: Cue): readonly ScriptStep[] => {
  const say = (text: string) => {
    const clip = clipOfText(clips, text)
    if (!clip) throw new Error(`no clip says ${JSON.stringify(text)}`)
    return { say: clip.sound.pcm }
  }
  return [
    { ...first, ...say('Hi, I would like to book a cleaning for Tuesday morning.') },
    { after: 'agent-silent', ms: 700, ...say('Sorry, one more thing. Do you take my insurance?') },
    { after: 'agent-starts', ms: 1_300, ...say('Wait, can we make it Thursday instead?') },
    { after: 'agent-silent', ms: 700, ...say('Thank you, goodbye.') },
    { after: 'agent-silent', ms: 500, hangUp: true },
  ]
}

/** Says one recording, listens to the answer and hangs up. Throws a sentence for a person when it cannot be played. */
export const oneRecording = (wav: Uint8Array, first: Cue): readonly ScriptStep[] => [
  { ...first, say: phoneSound(wav) },
  { after: 'agent-silent', ms: 1_500, hangUp: true },
]

/** The sound of a WAV file as a telephone has it, at 8 kHz. */
export const phoneSound = (wav: Uint8Array): Int16Array => {
  const { sampleRateHz, channels: [pcm] } = readWav(wav)
  if (sampleRateHz === 8000) return pcm
  if (sampleRateHz === 24000) {
    const phone = new Int16Array(Math.ceil(pcm.length / 3))
    return phone.subarray(0, createDownsampler().process(pcm, phone))
  }
  throw new Error(
    `the recording has ${sampleRateHz} Hz: give it 8000 or 24000, by sox in.wav -r 8000 out.wav`,
  )
}
