import subprocess


def pages(path):
    return subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout
