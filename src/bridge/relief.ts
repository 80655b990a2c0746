/** Relieves the model's socket when it does not take what it is given: frames wait in the lane, or the session is replaced. */
import type { Log } from '../log.ts'
import type { CallerLane } from './caller-lane.ts'
import type { ModelLeg } from './model-leg.ts'
import { judge, MODEL_CONGESTED_BYTES, type Pressure } from './pressure.ts'

export type ReliefOptions = Readonly<{
  audio: 'pcm' | 'pcmu'
  model: Pick<ModelLeg, 'bufferedBytes' | 'replace'>
  lane: Pick<CallerLane, 'pause' | 'resume'>
  log: Log
}>

/** Gives what looks at the socket of one call; to be called a few times a second. */
export const createRelief = ({ audio, model, lane, log }: ReliefOptions) => {
  let pressure: Pressure = { is: 'flowing' }
  return (nowMs: number): void => {
    const bufferedBytes = model.bufferedBytes()
    const [next, relief] = judge(pressure, bufferedBytes, MODEL_CONGESTED_BYTES[audio], nowMs)
    pressure = next
    switch (relief) {
      case 'nothing':
        return
      case 'pause':
        log.warn('model.pause', { bufferedBytes })
        return lane.pause()
      case 'resume':
        log.warn('model.resume', { bufferedBytes })
        return lane.resume()
      case 'replace':
        log.warn('model.replace', { bufferedBytes })
        return model.replace()
    }
  }
}
