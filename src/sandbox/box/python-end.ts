/**
 * Python source for those who run block after block in one interpreter: it defines `settle(ended_well)`, which does at a block's end what
 * Python does at its own. What the block's code, or a module of the workspace, has registered with `atexit` is called, the last first, and
 * every file that is still open is written out. Of modules that stay, nothing is called: they go on.
 */
export const PYTHON_END = String.raw`
def make_settle():
    import _io, atexit, gc, sys, traceback
    waiting, register, unregister = [], atexit.register, atexit.unregister

    def is_own(frame):
        return frame.f_code.co_filename.startswith(("/work/", "/tmp/main", "<block "))

    def register_here(function, *args, **kwargs):
        if not is_own(sys._getframe(1)): return register(function, *args, **kwargs)
        waiting.append((function, args, kwargs))
        return function

    def unregister_here(function):
        waiting[:] = [one for one in waiting if one[0] != function]
        unregister(function)

    atexit.register, atexit.unregister = register_here, unregister_here

    def write_out(things):
        for thing in things:
            try:
                if not thing.closed: thing.flush()
            except (ValueError, AttributeError): pass # it was never opened, or its inside was taken away
            except Exception: traceback.print_exc()

    def settle(ended_well=True):
        while waiting and ended_well:
            function, args, kwargs = waiting.pop()
            try: function(*args, **kwargs)
            except SystemExit: pass
            except Exception: traceback.print_exc()
        waiting.clear()
        # Text first: what it holds back goes to the bytes below it.
        kinds = (_io._TextIOBase, _io._BufferedIOBase)
        things = [thing for thing in gc.get_objects() if issubclass(type(thing), kinds)]
        for kind in kinds: write_out([thing for thing in things if issubclass(type(thing), kind)])
    return settle
`;
