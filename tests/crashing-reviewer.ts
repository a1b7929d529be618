// Stands in for a review's process that something kills each time, as the kernel does when memory is short.
process.on('message', (message: object) => {
  if ('start' in message) process.kill(process.pid, 'SIGKILL');
});
