/** Opens outbound WebSockets by a way that is loaded with the first of them, because a start need not wait for it. */
import type { Runtime } from './runtime.ts'
import type { Socket } from './socket.ts'

type Connect = Runtime['connect']

/** Makes a `connect` of one that is not there yet. */
export const connectLater = (load: () => Promise<Connect>): Connect => {
  let loaded: Connect | undefined
  return (url, options, events) => {
    if (loaded) return loaded(url, options, events)
    let isGivenUp = false
    const giveUp = (): void => {
      if (isGivenUp) return
      isGivenUp = true
      queueMicrotask(() => events.closed({ code: 1006, reason: 'given up before it was tried' }))
    }
    let socket: Socket = {
      send: () => false,
      together: (action) => action(),
      close: giveUp,
      terminate: giveUp,
      bufferedBytes: () => 0,
    }
    void load().then((connect) => {
      loaded = connect
      if (!isGivenUp) socket = connect(url, options, events)
    })
    return {
      send: (text) => socket.send(text),
      together: (action) => socket.together(action),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
      bufferedBytes: () => socket.bufferedBytes(),
    }
  }
}
