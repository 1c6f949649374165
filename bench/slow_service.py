"""A service that answers nothing for a while, and says when calls come and when their connections are closed."""
import asyncio
import threading
import time


class SlowService:
    """On a thread of its own. `closed` has the moment (time.perf_counter) at which each connection ended."""

    def __init__(self):
        self.asked, self.closed, self.writers = 0, [], set()
        self.lock = threading.Lock()
        ready = threading.Event()
        self.loop = asyncio.new_event_loop()

        def run():
            asyncio.set_event_loop(self.loop)
            server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=2048))
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            self.loop.run_forever()

        threading.Thread(target=run, daemon=True).start()
        ready.wait()
        self.url = f"http://127.0.0.1:{self.port}"

    async def serve(self, reader, writer):
        self.writers.add(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            with self.lock:
                self.asked += 1
            while await reader.read(65536):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        with self.lock:
            self.closed.append(time.perf_counter())
        self.writers.discard(writer)
        writer.close()

    def answer_all(self, body=b"{}"):
        """Answers every call that is open."""
        def answer():
            for writer in list(self.writers):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        self.loop.call_soon_threadsafe(answer)
