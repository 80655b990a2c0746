/** Opens outbound WebSockets by a way that is loaded with the first of them, because a start need not wait for it. */
import { messageOf } from '../errors.ts'
import type { Runtime } from './runtime.ts'
import type { Socket } from './socket.ts'

type Connect = Runtime['connect']

/** Makes a `connect` of one that is not there yet. */
export const connectLater = (load: () => Promise<Connect>): Connect => {
  let loaded: Connect | undefined
  return (url, options, events) => {
    if (loaded) return loaded(url, options, events)
    let isGivenUp = false
    const end = (reason: string): void => {
      if (isGivenUp) return
      isGivenUp = true
      queueMicrotask(() => events.closed({ code: 1006, reason }))
    }
    const giveUp = () => end('given up before it was tried')
    let socket: Socket = {
      send: () => false,
      together: (action) => action(),
      close: giveUp,
      terminate: giveUp,
      bufferedBytes: () => 0,
    }
    const open = (connect: Connect): void => {
      loaded = connect
      if (!isGivenUp) socket = connect(url, options, events)
    }
    // The next one tries again; what is broken for good is told each time, and ends that call alone.
    load().then(open, (error) => end(`cannot load what opens sockets: ${messageOf(error)}`))
    return {
      send: (text) => socket.send(text),
      together: (action) => socket.together(action),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
      bufferedBytes: () => socket.bufferedBytes(),
    }
  }
}
