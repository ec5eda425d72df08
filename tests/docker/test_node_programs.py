"""Node's programs make static files: where these are collected, or when a page is first asked for."""

import re

import pytest
from running import of, on

pytestmark = pytest.mark.docker
SETTINGS = "mysite/settings.py"
SCRIPT = "function add(first, second) {\n  return first + second;\n}\nwindow.sum = add(window.one, 2);\n"
PACKAGE = '{"private": true, "devDependencies": {"terser": "^5"}, "engines": {"node": "24"}}\n'
PIPELINE = {
    "requirements.txt": "django-pipeline\n",
    "package.json": PACKAGE,
    "mysite/static/site.js": SCRIPT,
    SETTINGS: """
INSTALLED_APPS += ['mysite', 'pipeline']
STORAGES['staticfiles']['BACKEND'] = 'pipeline.storage.PipelineManifestStorage'
PIPELINE = {
    'CSS_COMPRESSOR': 'pipeline.compressors.NoopCompressor',
    'JS_COMPRESSOR': 'pipeline.compressors.terser.TerserCompressor',
    'TERSER_BINARY': str(BASE_DIR / 'node_modules' / '.bin' / 'terser'),
    'TERSER_ARGUMENTS': '--compress --mangle',
    'JAVASCRIPT': {'main': {'source_filenames': ['site.js'], 'output_filename': 'main.js'}},
}
""",
}
COMPRESSOR = {
    "requirements.txt": "django-compressor\n",
    "package.json": PACKAGE,
    "mysite/static/site.js": SCRIPT,
    "mysite/templates/home.html": (
        "{% load compress static %}{% compress js %}"
        "<script type='text/min' src='{% static 'site.js' %}'></script>{% endcompress %}\n"
    ),
    "mysite/urls.py": (
        "from django.views.generic import TemplateView\n"
        "urlpatterns += [path('', TemplateView.as_view(template_name='home.html'))]\n"
    ),
    SETTINGS: """
INSTALLED_APPS += ['mysite', 'compressor']
STORAGES['staticfiles']['BACKEND'] = 'django.contrib.staticfiles.storage.StaticFilesStorage'
STATICFILES_FINDERS = [
    'django.contrib.staticfiles.finders.FileSystemFinder',
    'django.contrib.staticfiles.finders.AppDirectoriesFinder',
    'compressor.finders.CompressorFinder',
]
COMPRESS_PRECOMPILERS = [('text/min', 'npx terser {infile} --compress --mangle --output {outfile}')]
COMPRESS_FILTERS = {'js': []}
""",
}


@on(of("startproject", PIPELINE, "pipeline"))
def test_a_program_runs_where_static_files_are_collected(site):
    site.up()
    status, _, text = site.get("/static/main.js")
    assert status == 200 and "window.sum=" in text and "first" not in text
    assert site.run("exec", "django", "node", "--version")[0] != 0
    assert "No such file" in site.run("exec", "django", "ls", "node_modules")[1]


@on(of("startproject", COMPRESSOR, "online"))
def test_a_program_runs_when_a_page_is_first_asked_for(site):
    site.up()
    status, _, page = site.get("/")
    assert status == 200
    path = re.search(r'src="(/static/[^"]+\.js)"', page)
    assert path, page
    status, _, text = site.get(path[1])
    assert status == 200 and "window.sum=" in text and "first" not in text
