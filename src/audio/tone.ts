/** A steady tone, for tests, the built-in caller and "please hold", without a sine per sample. */

/** The pitch and height of a tone. */
export type ToneOptions = Readonly<{
  frequencyHz: number
  sampleRateHz: number
  /** The peak, as a part of full scale: 0 to 1. */
  amplitude: number
}>

/** A tone that goes on for as long as it is asked for. */
export type Tone = Readonly<{
  /** Fills the whole of `output` and goes on from there the next time, with no jump in phase. */
  fill: (output: Int16Array) => void
}>

/** Makes a sine that starts at zero: sin(n w) = 2 cos(w) sin((n-1) w) - sin((n-2) w). */
export const createTone = ({ frequencyHz, sampleRateHz, amplitude }: ToneOptions): Tone => {
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz
  const factor = 2 * Math.cos(step)
  const peak = 32767 * amplitude
  let now = 0
  let before = -peak * Math.sin(step)
  return {
    fill: (output) => {
      for (let i = 0; i < output.length; i++) {
        output[i] = Math.round(now)
        const next = factor * now - before
        before = now
        now = next
      }
    },
  }
}
