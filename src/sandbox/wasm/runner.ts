import { PYTHON_END } from "../box/python-end.ts";

/** Runs a block with fresh globals. Files stay; modules that came from the workspace are forgotten, so that a changed one is read anew. */
export const RUNNER = `
${PYTHON_END}
def make():
    import asyncio, gc, linecache, os, socket, sys, traceback, types
    from pyodide.code import eval_code_async
    os.chdir("/work")
    os.environ.clear()
    os.environ.update(HOME="/work", LANG="C.UTF-8", MPLBACKEND="Agg")
    # The real one ends the runtime without a word. This one ends the block.
    def leave(code):
        raise SystemExit(code)
    os._exit = leave
    # Else every name would seem to have an address.
    def no_names(*names, **more):
        raise socket.gaierror(socket.EAI_NONAME, "there is no network")
    socket.getaddrinfo = socket.gethostbyname = socket.gethostbyname_ex = no_names
    settle = make_settle()
    path_before, modules_before = list(sys.path), set(sys.modules)
    stdout, stderr = sys.__stdout__, sys.__stderr__

    def show(error, path):
        frames = error.__traceback__
        while frames is not None and frames.tb_frame.f_code.co_filename != path:
            frames = frames.tb_next
        traceback.print_exception(type(error), error, frames, file=sys.stderr)

    async def run(path, source):
        main = types.ModuleType("__main__")
        main.__file__ = path
        sys.modules["__main__"] = main
        sys.argv = [path]
        sys.path[:] = ["/work", *path_before]
        sys.stdout, sys.stderr = stdout, stderr
        for stream in (stdout, stderr):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
        os.chdir("/work")
        linecache.cache[path] = (len(source), None, source.splitlines(True), path)
        status = await status_of(path, source, main)
        if status >= 0:
            # A block's variables end with it, and with them the files that they hold.
            settle()
            main.__dict__.clear()
            gc.collect()
        settle(False)
        for stream in {sys.stdout, sys.stderr, stdout, stderr}:
            try:
                stream.flush()
            except Exception:
                pass
        return status

    async def status_of(path, source, main):
        try:
            await eval_code_async(source, main.__dict__, filename=path)
            return 0
        except SystemExit as exit:
            if exit.code is None or isinstance(exit.code, int):
                return (exit.code or 0) & 255
            print(exit.code, file=sys.stderr)
            return 1
        except MemoryError as error:
            show(error, path)
            return -1
        except BaseException as error:
            show(error, path)
            return 1
        finally:
            for task in asyncio.all_tasks():
                if task is not asyncio.current_task():
                    task.cancel()
            for name in set(sys.modules) - modules_before:
                if str(getattr(sys.modules[name], "__file__", None) or "").startswith("/work/"):
                    del sys.modules[name]
    return run
make()
`;
