/** What moves on the page of a call: a click on the picture or a time plays from there, and what is being heard is marked. */

/** Runs in a browser, without anything from elsewhere. */
export const SCRIPT = `
const audio = document.querySelector('audio')
const picture = document.querySelector('.timeline')
const head = document.querySelector('#playhead')
const scroller = document.querySelector('.scroll')
const rows = [...document.querySelectorAll('.transcript li')]
const lengthMs = Number(picture.dataset.ms)
const playFrom = (ms) => {
  audio.currentTime = ms / 1000
  audio.play()
}
const show = () => {
  const ms = audio.currentTime * 1000
  const x = ms / lengthMs * picture.viewBox.baseVal.width
  head.removeAttribute('hidden')
  head.setAttribute('x1', x)
  head.setAttribute('x2', x)
  const left = ms / lengthMs * picture.getBoundingClientRect().width
  if (!audio.paused && (left < scroller.scrollLeft || left > scroller.scrollLeft + scroller.clientWidth * 0.9)) {
    scroller.scrollLeft = left - scroller.clientWidth * 0.2
  }
  const now = rows.filter((row) => Number(row.dataset.ms) <= ms).at(-1)
  for (const row of rows) row.classList.toggle('now', row === now)
  if (!audio.paused) requestAnimationFrame(show)
}
for (const row of rows) {
  row.querySelector('button').addEventListener('click', () => playFrom(Number(row.dataset.ms)))
}
picture.addEventListener('click', (event) => {
  const box = picture.getBoundingClientRect()
  playFrom((event.clientX - box.left) / box.width * lengthMs)
})
audio.addEventListener('play', show)
audio.addEventListener('seeked', show)
`
